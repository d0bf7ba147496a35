"""What follows when a rule fits, by kind of rule: checked when it is saved, and told to people. No database."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts import conditions, correlation, grouping, labels, templating, times
from alerts.opsgenie import language, matching, mistakes
from common import errors

TEXTS = ("message", "description", "source", "entity")
RESPONDERS = ("team", "user", "escalation", "schedule")
YEAR = 525_600
MOST_EXPRESSIONS, MOST_FIELDS, DAY = 5, 10, 1_440


def check(kind: str, given: Any) -> dict[str, Any]:
    """What follows, as it is stored; what is empty is left out. Raises Invalid that names the value and the remedy."""
    if not isinstance(given, Mapping):
        raise errors.Invalid("does", _("Give an object."))
    known, read = CHECKS[kind]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise errors.Invalid(f"does.{unknown[0]}", _("There is no such value here. Known: %(known)s.") % {"known": ", ".join(known)})
    kept = {name: value for name, value in read(given).items() if value not in (None, "", [], {}, False)}
    if not kept:
        raise errors.Invalid("does", _("Say what follows when the rule fits: at least one value."))
    return kept


def _policy(given: Mapping[str, Any]) -> dict[str, Any]:
    details = given.get("details") or {}
    if not isinstance(details, Mapping):
        raise errors.Invalid("does.details", _("Give an object of texts."))
    return {
        **{name: _template(given, name) for name in TEXTS}, "priority": _whole(given, "priority", 1, 5), "suppress": bool(given.get("suppress")),
        "tags_add": [templating.check(one, "does.tags_add") for one in _list(given, "tags_add")], "tags_remove": _list(given, "tags_remove"),
        "details": {str(key)[:200]: templating.check(str(value), "does.details") for key, value in details.items() if str(key).strip()},
        "responders": _responders(given),
    }  # fmt: skip


def _notification(given: Mapping[str, Any]) -> dict[str, Any]:
    restart, dedup = given.get("restart") or {}, given.get("dedup") or {}
    for name, value in (("restart", restart), ("dedup", dedup)):
        if not isinstance(value, Mapping):
            raise errors.Invalid(f"does.{name}", _("Give an object."))
    again = {name: _whole(restart, name, 1, most, "does.restart") for name, most in (("minutes", YEAR), ("times", 20))} if restart else {}
    if again and None in again.values():
        raise errors.Invalid("does.restart", _("Give both: after how many minutes, and how many times at most."))
    grouped = (
        {"count": _whole(dedup, "count", 2, 1_000_000, "does.dedup"), "minutes": _whole(dedup, "minutes", 1, YEAR, "does.dedup")} if dedup else {}
    )
    if grouped and grouped["count"] is None:
        raise errors.Invalid("does.dedup.count", _("Give the number of events from which somebody is told, 2 or more."))
    return {
        "suppress": bool(given.get("suppress")), "delay": _delay(given.get("delay") or {}), "close_after": _whole(given, "close_after", 1, YEAR),
        "restart": again, "dedup": grouped,
    }  # fmt: skip


def _delay(given: Any) -> dict[str, Any]:
    if not given:
        return {}
    if not isinstance(given, Mapping):
        raise errors.Invalid("does.delay", _("Give an object with minutes, or with until, zone and weekday."))
    minutes = _whole(given, "minutes", 1, YEAR, "does.delay")
    if minutes:
        return {"minutes": minutes}
    wall = times.clock_time(given.get("until"), "does.delay.until")
    if wall is None:
        raise errors.Invalid("does.delay", _("Give minutes, or the time until which nobody is paged."))
    kept = {"until": wall, "zone": times.zone(given.get("zone") or "UTC", "does.delay.zone")}
    weekday = _whole(given, "weekday", 0, 6, "does.delay")
    return kept if weekday is None else {**kept, "weekday": weekday}


def _correlation(given: Mapping[str, Any]) -> dict[str, Any]:
    said, names = given.get("expressions"), _list(given, "fields")
    if not isinstance(said, list) or not 1 <= len(said) <= MOST_EXPRESSIONS:
        raise errors.Invalid("does.expressions", _("Give 1 to %(most)d expressions.") % {"most": MOST_EXPRESSIONS})
    wrong = next((name for name in names if not grouping.is_name(name)), None)
    if wrong is not None or len(names) > MOST_FIELDS:
        known = ", ".join((*grouping.NAMES, "tag.NAME", "details.KEY"))
        raise errors.Invalid(
            "does.fields", _("%(name)s cannot be compared. Write some of: %(known)s.") % {"name": wrong or _("So much"), "known": known}
        )
    return {
        "expressions": [_expression(one, number) for number, one in enumerate(said)], "fields": names, "minutes": _whole(given, "minutes", 1, DAY) or 10,
        "needs": _one_of(given, "needs", (correlation.ALL, correlation.ANY)), "title": templating.check(_text(given, "title", 250), "does.title"),
        "outcome": _one_of(given, "outcome", (correlation.CANDIDATE, correlation.AUTOMATIC)),
    }  # fmt: skip


def _expression(given: Any, number: int) -> dict[str, str]:
    """A query in the language of the list of alerts, with what it is called."""
    where = f"does.expressions.{number}"
    if not isinstance(given, Mapping) or not isinstance(given.get("query"), str) or not isinstance(given.get("label") or "", str):
        raise errors.Invalid(where, _("An expression is {“query”: “tag: db”, “label”: “database”}."))
    query, label = given["query"].replace("\0", "").strip(), (given.get("label") or "").strip()
    if not query:
        raise errors.Invalid(f"{where}.query", _("Expression %(n)d is empty. Write a query, such as tag: db AND priority <= P2.") % {"n": number + 1})
    if len(label) > 60:
        raise errors.Invalid(f"{where}.label", _("Write at most %(most)d characters.") % {"most": 60})
    try:
        if matching.NEEDS_DATABASE in language.fields_of(language.parse(query)):
            why = _("“%(name)s” cannot be asked here: when rules are asked an alert has paged nobody yet.") % {"name": matching.NEEDS_DATABASE}
            raise language.BadQuery(why, max(query.lower().find("recipient"), 0))
        matching.compiled(query)
    except language.BadQuery as error:
        told = mistakes.told(error, f"{where}.query")
        told.message = _("Expression {n}, character {at}: {why}").format(n=number + 1, at=told.position, why=told.message)
        raise told from error
    return {"query": query, **({"label": label} if label else {})}


def _one_of(given: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    """One of these words; the first when nothing is said."""
    value = given.get(name) or known[0]
    if value not in known:
        raise errors.Invalid(f"does.{name}", _("Write one of: %(known)s.") % {"known": ", ".join(known)})
    return str(value)


def _incident(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "none": bool(given.get("none")), "open": bool(given.get("open", True)) and not given.get("none"), "summary": _template(given, "summary"),
        "description": _template(given, "description"), "priority": _whole(given, "priority", 1, 5), "impact": _whole(given, "impact", 1, 4),
        "team": _text(given, "team"), "service": _text(given, "service"), "labels": _list(given, "labels"), "message": _template(given, "message"),
    }  # fmt: skip


def _enrichment(given: Mapping[str, Any]) -> dict[str, Any]:
    pattern, source, table = _text(given, "pattern", 500), _text(given, "field"), _whole(given, "table", 1, 2**31)
    if (pattern or table) and not conditions.is_field(source):
        raise errors.Invalid("does.field", _("Write the field to read, such as message or details.host."))
    if pattern:
        try:
            named = labels.pattern(pattern).groupindex
        except labels.BadMatcher as error:
            raise errors.Invalid("does.pattern", _("This is no expression that can be used: %(why)s.") % {"why": error}) from error
        if not named:
            raise errors.Invalid("does.pattern", _("Name what is found: (?P<host>[a-z0-9-]+) becomes the detail “host”."))
    return {"facts": bool(given.get("facts")), "field": source if pattern or table else "", "pattern": pattern, "table": table}


def _expiry(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"minutes": _whole(given, "minutes", 5, YEAR)}


CHECKS: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "policy": ((*TEXTS, "priority", "tags_add", "tags_remove", "details", "responders", "suppress"), _policy),
    "notification": (("suppress", "delay", "close_after", "restart", "dedup"), _notification),
    "incident": (("none", "open", "summary", "description", "priority", "impact", "team", "service", "labels", "message"), _incident),
    "enrichment": (("facts", "field", "pattern", "table"), _enrichment), "expiry": (("minutes",), _expiry),
    "correlation": (("expressions", "fields", "minutes", "needs", "title", "outcome"), _correlation),
}  # fmt: skip


def _text(given: Mapping[str, Any], name: str, most: int = 200) -> str:
    value = given.get(name) or ""
    if not isinstance(value, str) or len(value) > most:
        raise errors.Invalid(f"does.{name}", _("Write at most %(most)d characters.") % {"most": most})
    return value.strip()


def _template(given: Mapping[str, Any], name: str) -> str:
    return templating.check(_text(given, name, templating.LONGEST), f"does.{name}")


def _list(given: Mapping[str, Any], name: str) -> list[str]:
    value = given.get(name) or []
    if not isinstance(value, list) or len(value) > 20 or any(not isinstance(one, str) or len(one) > 200 for one in value):
        raise errors.Invalid(f"does.{name}", _("Give a list of at most 20 short texts."))
    return [one.strip() for one in value if one.strip()]


def _whole(given: Mapping[str, Any], name: str, least: int, most: int, where: str = "does") -> int | None:
    value = given.get(name)
    if value in (None, ""):
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise errors.Invalid(f"{where}.{name}", _("Write a whole number from %(least)d to %(most)d.") % {"least": least, "most": most})
    return value


def _responders(given: Mapping[str, Any]) -> list[dict[str, str]]:
    value = given.get("responders") or []
    if not isinstance(value, list) or len(value) > 20:
        raise errors.Invalid("does.responders", _("Give a list of at most 20 responders."))
    for one in value:
        if not isinstance(one, Mapping) or one.get("type") not in RESPONDERS or not any(one.get(name) for name in ("name", "username", "id")):
            raise errors.Invalid(
                "does.responders", _("A responder is {“type”: “team”, “name”: “Platform”}; types: %(known)s.") % {"known": ", ".join(RESPONDERS)}
            )
    return [{str(key): str(text)[:200] for key, text in one.items() if key in ("type", "name", "username", "id")} for one in value]


def words(kind: str, does: Mapping[str, Any]) -> str:
    """What follows, in one line."""
    return ", ".join(str(part) for part in WORDS[kind](does) if part)


def _policy_words(does: Mapping[str, Any]) -> list[Any]:
    return [
        *(_("{field} becomes “{text}”").format(field=conditions.FIELDS[name][0], text=does[name][:60]) for name in TEXTS if name in does),
        _("priority P{n}").format(n=does["priority"]) if "priority" in does else "",
        _("adds the tags {tags}").format(tags=", ".join(does["tags_add"])) if "tags_add" in does else "",
        _("removes the tags {tags}").format(tags=", ".join(does["tags_remove"])) if "tags_remove" in does else "",
        _("sets {names}").format(names=", ".join(does["details"])) if "details" in does else "",
        _("calls {who}").format(who=", ".join(one.get("name") or one.get("username") or one["id"] for one in does["responders"])) if "responders" in does else "",
        _("keeps it quiet") if "suppress" in does else "",
    ]  # fmt: skip


def _notification_words(does: Mapping[str, Any]) -> list[Any]:
    return [
        _("nobody is paged") if "suppress" in does else "", delay_words(does.get("delay", {})),
        _("pages from event {n} on").format(n=does["dedup"]["count"]) if "dedup" in does else "",
        _("within {span}").format(span=span(does["dedup"]["minutes"])) if does.get("dedup", {}).get("minutes") else "",
        _("closes it after {span}").format(span=span(does["close_after"])) if "close_after" in does else "",
        _("pages again every {span}, {n} times at most").format(span=span(does["restart"]["minutes"]), n=does["restart"]["times"]) if "restart" in does else "",
    ]  # fmt: skip


def delay_words(delay: Mapping[str, Any]) -> str:
    """“waits 10 minutes”, “waits until 08:00 (Europe/Oslo)”."""
    if not delay:
        return ""
    if "minutes" in delay:
        return _("waits {span}").format(span=span(delay["minutes"]))
    if "weekday" in delay:
        return _("waits until {day} {time} ({zone})").format(day=times.weekday(delay["weekday"]), time=delay["until"], zone=delay["zone"])
    return _("waits until {time} ({zone})").format(time=delay["until"], zone=delay["zone"])


def span(minutes: int) -> str:
    """“2 hours”."""
    if minutes % 1440 == 0:
        return ngettext("{n} day", "{n} days", minutes // 1440).format(n=minutes // 1440)
    if minutes % 60 == 0:
        return ngettext("{n} hour", "{n} hours", minutes // 60).format(n=minutes // 60)
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)


def label_of(expression: Mapping[str, str]) -> str:
    """What an expression is called: by its label, else by itself."""
    return expression.get("label") or expression["query"][:60]


def together_words(does: Mapping[str, Any]) -> str:
    """“db” and “web” within 10 minutes, same service."""
    joint = _(" and ") if does["needs"] == correlation.ALL else _(" or ")
    told = joint.join(f"“{label_of(one)}”" for one in does["expressions"])
    same = ", ".join(_("same {field}").format(field=name.partition(".")[2] or name) for name in does.get("fields", ()))
    return ", ".join(part for part in (_("{what} within {span}").format(what=told, span=span(does["minutes"])), same) if part)


def outcome_words(does: Mapping[str, Any]) -> str:
    """What becomes of what happens together."""
    told = _("opens one incident") if does["outcome"] == correlation.AUTOMATIC else _("proposes an incident")
    return f"{told} “{does['title']}”" if does.get("title") else told


def _incident_words(does: Mapping[str, Any]) -> list[Any]:
    if "none" in does:
        return [_("opens no incident")]
    told = [
        f"P{does['priority']}" if "priority" in does else "",
        does.get("service"),
        does.get("team"),
        *(f"#{one}" for one in does.get("labels", ())),
    ]
    named = ", ".join(part for part in told if part)
    return [_("opens an incident"), named]


def _enrichment_words(does: Mapping[str, Any]) -> list[Any]:
    return [
        _("adds owner, tier and runbook of the service") if "facts" in does else "",
        _("reads {field} by the expression").format(field=does["field"]) if "pattern" in does else "",
        _("looks {field} up in a table").format(field=does["field"]) if "table" in does else "",
    ]


WORDS: dict[str, Callable[[Mapping[str, Any]], list[Any]]] = {
    "policy": _policy_words, "notification": _notification_words, "incident": _incident_words, "enrichment": _enrichment_words,
    "correlation": lambda does: [together_words(does), outcome_words(does)],
    "expiry": lambda does: [_("closes it when nothing came for {span}").format(span=span(does["minutes"]))],
}  # fmt: skip
