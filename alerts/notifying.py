"""What notification policies have in mind with an alert, kept in its plan. Pure: no database.

plan: rule (its name), close_at; restart_at with restart {minutes, left}; dedup {count, minutes, seen: [[instant, events]]} with until, when it stays quiet
at least until then; review, the maintenance whose end does not make it loud; released, a person did; stale, it came too late to page anybody. Instants are ISO 8601.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from alerts import times

MOST_SEEN = 1_000


def intend(alert: Any, rule: Any, at: datetime) -> None:
    """Puts what a policy says into the plan of an alert that is not stored yet."""
    does, plan = rule.does, {**alert.plan, "rule": rule.name}
    waits = datetime.fromisoformat(plan["dedup"]["until"]) if plan.get("dedup", {}).get("until") else None
    if "dedup" not in plan:
        waits = alert.held_until
    if "delay" in does:
        waits = max(delayed(does["delay"], at), waits or at)
    if "suppress" in does:
        waits = alert.FOREVER
        plan.pop("dedup", None)
    elif "dedup" in does and waits != alert.FOREVER and alert.count < does["dedup"]["count"]:
        plan["dedup"] = {**does["dedup"], "seen": [[at.isoformat(), alert.count]]}
    if "dedup" in plan:
        plan["dedup"] = {**plan["dedup"], **({"until": waits.isoformat()} if waits else {})}
    alert.held_until = alert.FOREVER if "dedup" in plan else waits
    if "close_after" in does:
        plan["close_at"] = (at + timedelta(minutes=does["close_after"])).isoformat()
    if "restart" in does:
        minutes = does["restart"]["minutes"]
        plan["restart"] = {"minutes": minutes, "left": does["restart"]["times"]}
        plan["restart_at"] = (at + timedelta(minutes=minutes)).isoformat()
    alert.plan, alert.plan_due_at = plan, due(plan)


def delayed(delay: Mapping[str, Any], at: datetime) -> datetime:
    """Until when nobody is paged."""
    if "minutes" in delay:
        return at + timedelta(minutes=delay["minutes"])
    return times.next_at(time.fromisoformat(delay["until"]), delay["zone"], at, delay.get("weekday"))


def due(plan: Mapping[str, Any]) -> datetime | None:
    """When the plan is next looked at."""
    return min((datetime.fromisoformat(plan[name]) for name in ("close_at", "restart_at") if plan.get(name)), default=None)


def counted(plan: Mapping[str, Any], total: int, more: int, at: datetime) -> tuple[dict[str, Any], bool]:
    """The plan after more events, and whether enough have come."""
    dedup = dict(plan["dedup"])
    if not dedup.get("minutes"):
        enough = total >= dedup["count"]
    else:
        since = at - timedelta(minutes=dedup["minutes"])
        dedup["seen"] = [one for one in [*dedup["seen"], [at.isoformat(), more]] if datetime.fromisoformat(one[0]) > since][-MOST_SEEN:]
        enough = sum(amount for _at, amount in dedup["seen"]) >= dedup["count"]
    rest = {name: value for name, value in plan.items() if name != "dedup"}
    return (rest if enough else {**rest, "dedup": dedup}), enough


def restarted(plan: Mapping[str, Any], at: datetime, *, is_done: bool) -> dict[str, Any]:
    """The plan after it was time to page again; when that was not possible it does not count."""
    left = plan["restart"]["left"] - is_done
    rest = {name: value for name, value in plan.items() if name not in ("restart", "restart_at")}
    if left <= 0:
        return rest
    minutes = plan["restart"]["minutes"]
    return {**rest, "restart": {"minutes": minutes, "left": left}, "restart_at": (at + timedelta(minutes=minutes)).isoformat()}
