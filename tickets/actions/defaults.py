"""What a fresh installation ships with: matrix, goals, categories, resolution codes (TAXONOMY sections 5 and 6)."""

from django.db import transaction

from accounts.models import User
from journal import registers
from sla.models import Calendar
from tickets import priority, queues
from tickets.models import CannedReply, Category, Goal, HoldReason, Metric, PriorityCell, Queue, ResolutionCode
from tickets.models.clocks import FIRST_RESPONSE, RESOLUTION

MINUTE, HOUR = 60, 3600
BUSINESS_DAY = 8 * HOUR

# priority → (first response, resolution, round the clock)
GOALS: dict[int, tuple[int, int, bool]] = {
    1: (15 * MINUTE, 4 * HOUR, True),
    2: (30 * MINUTE, 8 * HOUR, True),
    3: (4 * HOUR, 3 * BUSINESS_DAY, False),
    4: (8 * HOUR, 5 * BUSINESS_DAY, False),
    5: (2 * BUSINESS_DAY, 10 * BUSINESS_DAY, False),
}

# slug, name, starts, pauses, stops
METRICS: list[tuple[str, str, list[str], list[str], list[str]]] = [
    (FIRST_RESPONSE, "Time to first response", ["created"], [], ["responded", "acknowledged", "done"]),
    (RESOLUTION, "Time to resolution", ["created", "reopened"], ["paused"], ["done"]),
]

CATEGORIES: dict[str, list[str]] = {
    "Access": ["Sign-in", "Permissions", "Multi-factor", "New account"],
    "Application": ["Error message", "Slow", "Timeouts", "Wrong result", "Interface"],
    "Data": ["Missing", "Wrong", "Late", "Report"],
    "Hardware": ["Computer", "Printer", "Scanner", "Phone", "Peripheral"],
    "Network": ["Wi-Fi", "VPN", "LAN", "Internet", "DNS"],
    "Infrastructure": ["Server", "Database", "Storage", "Certificate", "Capacity"],
    "Monitoring": ["Alert", "False alarm"],
    "Security": ["Phishing", "Malware", "Lost device", "Data leak"],
}

CANNED_REPLIES = [
    ("Ask for details", "public", "Hello {{reporter.first_name}},\n\nto find the cause of {{ticket.key}} we need a little more: what did you do, what did you "
     "expect, and what happened instead? A picture of the screen helps.\n\n{{agent.name}}"),
    ("We are on it", "public", "Hello {{reporter.first_name}},\n\nwe have your report {{ticket.key}} about {{service}} and {{team}} works on it. You hear from "
     "us as soon as there is news.\n\n{{agent.name}}"),
    ("Please try again", "public", "Hello {{reporter.first_name}},\n\n{{service}} should work again. Please try it and tell us if it does not.\n\n{{agent.name}}"),
    ("Hand-over", "internal", "**Seen:** \n**Tried:** \n**Next step:** \n\n{{agent.name}}"),
]  # fmt: skip

RESOLUTION_CODES = [
    ("fixed", "Fixed"), ("workaround", "Workaround given"), ("no-fault-found", "No fault found"), ("recovered", "Recovered by itself"),
    ("user-helped", "User instructed"), ("duplicate", "Duplicate"), ("vendor", "Fixed by the vendor"), ("wont-fix", "Not fixed"),
]  # fmt: skip

# slug, name, SLA clocks pause, the reporter's reply ends the wait (INC-23)
HOLD_REASONS = [
    ("caller", "Awaiting the reporter", True, True), ("change", "Awaiting a change", True, False), ("problem", "Awaiting a problem", False, False),
    ("vendor", "Awaiting a vendor", True, False),
]  # fmt: skip


@transaction.atomic
def create_defaults(always: Calendar, business: Calendar, *, actor: User | None = None) -> None:
    """Makes what is missing and leaves what an admin changed."""
    if not PriorityCell.objects.exists():
        PriorityCell.objects.bulk_create(
            PriorityCell(impact=impact, urgency=urgency, priority=level) for (impact, urgency), level in priority.DEFAULT_MATRIX.items()
        )
    if not Metric.objects.filter(kind="incident").exists():
        _create_metrics("incident", always, business, actor)
    if not Category.objects.filter(kind="incident").exists():
        for name, below in CATEGORIES.items():
            parent = registers.save(Category(kind="incident", name=name), changed=[], is_new=True, actor=actor)
            Category.objects.bulk_create(Category(kind="incident", name=child, parent_id=parent.pk) for child in below)
    for position, shipped in enumerate(queues.SHIPPED):
        Queue.objects.get_or_create(
            slug=shipped.slug,
            defaults={
                "name": str(shipped.name), "query": shipped.query, "visibility": Queue.SHARED, "is_shipped": True, "is_in_sidebar": shipped.in_sidebar,
                "position": position,
            },
        )  # fmt: skip
    if not HoldReason.objects.exists():
        HoldReason.objects.bulk_create(
            HoldReason(slug=slug, name=name, pauses_clocks=pauses, ends_on_reply=ends, position=position)
            for position, (slug, name, pauses, ends) in enumerate(HOLD_REASONS)
        )
    if not CannedReply.objects.exists():
        CannedReply.objects.bulk_create(CannedReply(name=name, body=body, audience=audience) for name, audience, body in CANNED_REPLIES)
    if not ResolutionCode.objects.exists():
        ResolutionCode.objects.bulk_create(
            ResolutionCode(slug=slug, name=name, position=position) for position, (slug, name) in enumerate(RESOLUTION_CODES)
        )


def _create_metrics(kind: str, always: Calendar, business: Calendar, actor: User | None) -> None:
    """The two metrics of a kind, with a goal for each priority."""
    for position, (slug, name, starts, pauses, stops) in enumerate(METRICS):
        metric = Metric(kind=kind, slug=slug, name=name, starts=starts, pauses=pauses, stops=stops, position=position)
        registers.save(metric, changed=[], is_new=True, actor=actor)
        for level, (response, resolution, is_always) in GOALS.items():
            Goal.objects.create(
                metric=metric, position=level, query=f"priority = P{level}", calendar=always if is_always else business,
                target_seconds=response if slug == FIRST_RESPONSE else resolution,
            )  # fmt: skip
