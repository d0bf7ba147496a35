"""Reads of the noise report: what came by kind, what it paged, what people say of it, and what a policy would have done (ALR-21)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Min, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from alerts import conditions, kinds, noise, noise_words, permissions, rulebook
from alerts.models import Alert, AlertRule, NoiseMark
from notifications.models import Page

DAYS = (7, 30, 90)
MOST_ALERTS, MOST_PAGES = 200_000, 50_000  # looked at, the newest
MOST_KINDS, MOST_ROWS = 5_000, 200
SUGGESTED, REPLAYED = 25, 200  # so many kinds get a suggestion, from the newest alerts of each
NEEDED = (
    "number", "message", "alias", "source", "entity", "tags", "details", "priority", "responders", "service_name", "count", "actions", "integration", "service", "team",
    "kind", "group_key", "status", "closed_by", "closed_at", "acknowledged_at", "first_occurred_at", "last_occurred_at", "beats", "beats_at",
)  # fmt: skip

Key = tuple[int | None, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind: what came of it, its newest alert, and what is suggested. rule: the policy as it could be saved. is_sample: the effect is that of the newest."""

    newest: Alert
    counted: noise.Counted
    suggestion: noise.Suggestion | None = None
    rule: AlertRule | None = None
    is_sample: bool = False

    @property
    def name(self) -> str:
        """How people read it."""
        return kinds.name_of(self.newest)

    @property
    def source(self) -> str:
        """What sends it."""
        return self.newest.integration.name if self.newest.integration is not None else self.newest.source

    @property
    def service(self) -> str:
        """Of which service; empty for none."""
        return self.newest.service.name if self.newest.service is not None else self.newest.service_name

    @property
    def why(self) -> str:
        """Why this is suggested; empty without a suggestion."""
        return noise_words.why(self.suggestion, self.counted) if self.suggestion is not None else ""

    @property
    def effect(self) -> str:
        """What it would have done; empty without a suggestion."""
        return noise_words.effect(self.suggestion, is_sample=self.is_sample) if self.suggestion is not None else ""


@dataclass(frozen=True, slots=True)
class Report:
    """The kinds of a time, the noisiest first. since: from when alerts were looked at; is_cut: there were more before. kinds: how many there are in all."""

    days: int
    since: datetime
    rows: Sequence[Row]
    total: noise.Counted
    kinds: int
    is_cut: bool


def report(user: User, days: int, at: datetime) -> Report:
    """What this person may see of the alerts of the last days."""
    since = at - timedelta(days=days)
    alerts, is_cut = _looked_at(user, since)
    counted = _counted(alerts, since)
    ordered = sorted(counted.items(), key=lambda pair: (pair[1][0].is_noisy, pair[1][0].weight), reverse=True)
    shown = ordered[:MOST_ROWS]
    newest = Alert.objects.select_related("integration", "service").defer("payload", "description").in_bulk([pair[1][1] for pair in shown])
    noisy = [(key, one[0], one[2]) for key, one in shown if one[0].is_noisy][:SUGGESTED]
    suggested = _suggested(user, alerts, noisy)
    rows = [Row(newest[latest], one, *suggested.get(key, (None, None, False))) for key, (one, latest, _urgent) in shown if latest in newest]
    first = alerts.aggregate(at=Min("first_occurred_at"))["at"] if is_cut else None
    return Report(days, first or since, rows, _sum([one[0] for one in counted.values()]), len(counted), is_cut)


def _looked_at(user: User, since: datetime) -> tuple[QuerySet[Alert], bool]:
    """The newest alerts since then; those that people wrote are left out."""
    ids = Alert.objects.order_by("-id").values_list("id", flat=True)
    floor = next(iter(ids[MOST_ALERTS : MOST_ALERTS + 1]), 0)
    rows = permissions.visible_to(user, Alert.objects.filter(first_occurred_at__gte=since).exclude(kind="").exclude(alias__startswith="page:"))
    is_cut = bool(floor) and rows.filter(pk__lte=floor).exists()
    return rows.filter(pk__gt=floor).order_by(), is_cut


def _counted(alerts: QuerySet[Alert], since: datetime) -> dict[Key, tuple[noise.Counted, int, int]]:
    """What came, by kind: with the newest alert and the most urgent priority of each."""
    by_itself = Q(closed_by=Alert.BY_SOURCE)
    untouched = Q(acknowledged_at__isnull=True) & ~Q(closed_by__in=(Alert.BY_AGENT, Alert.BY_INCIDENT))
    rows = alerts.values_list("integration", "kind").annotate(
        n=Count("pk"), quick=Count("pk", filter=by_itself & Q(closed_at__lt=F("first_occurred_at") + noise.QUICK)), idle=Count("pk", filter=untouched),
        newest=Max("pk"), urgent=Min("priority"),
    )  # fmt: skip
    pages, nights = _paged(alerts, since)
    said = _said(alerts)
    return {
        (source, kind): (
            noise.Counted(n, pages[source, kind], nights[source, kind], quick, idle, said.get((source, kind), {})), newest, urgent,
        )
        for source, kind, n, quick, idle, newest, urgent in rows.order_by("-n")[:MOST_KINDS]
    }  # fmt: skip


def _paged(alerts: QuerySet[Alert], since: datetime) -> tuple[Counter[Key], Counter[Key]]:
    """How many pages each kind sent, and how many of them at night, each on the clock of whom it woke."""
    rows = Page.objects.filter(subject_type="alert", event="page", created_at__gte=since, subject_id__in=alerts.values("pk"))
    sent = list(rows.order_by("-pk").values_list("subject_id", "created_at", "user__time_zone")[:MOST_PAGES])
    kind_of = {pk: (source, kind) for pk, source, kind in alerts.filter(pk__in={one[0] for one in sent}).values_list("pk", "integration", "kind")}
    pages, nights = Counter[Key](), Counter[Key]()
    for pk, at, zone in sent:
        pages[kind_of[pk]] += 1
        nights[kind_of[pk]] += noise.is_night(at.astimezone(ZoneInfo(zone)).time())
    return pages, nights


def _said(alerts: QuerySet[Alert]) -> dict[Key, dict[str, int]]:
    """What people called noise, by kind and reason."""
    rows = NoiseMark.objects.filter(alert__in=alerts.values("pk")).order_by().values_list("alert__integration", "alert__kind", "reason")
    found: dict[Key, dict[str, int]] = {}
    for source, kind, reason, n in rows.annotate(n=Count("pk")):
        found.setdefault((source, kind), {})[reason] = n
    return found


def _sum(counted: Sequence[noise.Counted]) -> noise.Counted:
    total, said = Counter[str](), Counter[str]()
    for one in counted:
        total.update({name: getattr(one, name) for name in ("alerts", "pages", "night_pages", "quick", "untouched")})
        said.update(one.feedback)
    return noise.Counted(**total, feedback=dict(said))


def _suggested(
    user: User, alerts: QuerySet[Alert], noisy: Sequence[tuple[Key, noise.Counted, int]]
) -> dict[Key, tuple[noise.Suggestion | None, AlertRule | None, bool]]:
    """The best policy of each kind, by what each would have done to its newest alerts."""
    lived = _lived(alerts, [key for key, _counted, _urgent in noisy])
    found: dict[Key, tuple[noise.Suggestion | None, AlertRule | None, bool]] = {}
    for key, counted, urgent in noisy:
        if key not in lived:
            continue
        rules = [(one, _rule(one, lived[key][0])) for one in noise.policies(counted, urgent, user.time_zone)]
        best = noise.suggest(noise.Suggestion(one, noise.replay(one, rulebook.entry(rule).fits, lived[key])) for one, rule in rules)
        rule = next((rule for one, rule in rules if best is not None and one is best.policy), None)
        found[key] = best, rule, counted.alerts > len(lived[key])
    return found


def _rule(policy: noise.Policy, example: noise.Lived) -> AlertRule:
    """A policy as a rule that means the kind of this alert, not saved."""
    does = dict(policy.does) if policy.sort != noise.GROUP else {}
    lines = {"type": conditions.ALL, "conditions": kinds.lines_for(example.facts)}
    name = noise_words.rule_name(policy, kinds.name_of(example.sent))
    return AlertRule(kind=AlertRule.NOTIFICATION, name=name, conditions=conditions.check(lines), times=dict(policy.times), does=does)


def _lived(alerts: QuerySet[Alert], keys: Sequence[Key]) -> dict[Key, list[noise.Lived]]:
    """The newest alerts of some kinds as they went."""
    turn = Window(RowNumber(), partition_by=["integration", "kind"], order_by="-pk")
    chosen = alerts.filter(kind__in={kind for _source, kind in keys}).annotate(turn=turn).filter(turn__lte=REPLAYED)
    rows = Alert.objects.filter(pk__in=[row.pk for row in chosen.only("pk")]).select_related("integration__team", "service__owner_team", "team")
    rows = rows.only(
        *NEEDED, "integration__name", "integration__team__name", "service__name", "service__tier", "service__owner_team__name", "team__name"
    )
    pages = dict(
        Page.objects.filter(subject_type="alert", event="page", subject_id__in=[row.pk for row in rows])
        .order_by().values_list("subject_id").annotate(n=Count("pk"))
    )  # fmt: skip
    found: dict[Key, list[noise.Lived]] = {}
    for alert in rows.order_by("-pk"):
        alert.description = ""  # long, and no condition that is suggested asks for it
        found.setdefault((alert.integration_id, alert.kind), []).append(
            noise.Lived(
                conditions.facts_of(alert), alert.first_occurred_at, alert.closed_at, alert.closed_by == Alert.BY_SOURCE, alert.acknowledged_at, alert.count,
                alert.beats, alert.beats_at, pages.get(alert.pk, 0), alert,
            )
        )  # fmt: skip
    return found
