"""What Meridian's monitoring said in the last weeks: alerts that came again and again, most of them over before anybody looked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from alerts.actions import lifecycle, opening, recovery
from alerts.actions import noise as actions
from alerts.folding import Step
from alerts.models import Alert, Integration
from alerts.normal import CLOSE, OPEN, Event
from common import clock
from notifications.models import Page


@dataclass(frozen=True)
class Habit:
    """A check with its habits. days: how many days ago; hours: of each time it came, on those days; minutes: how long it lasted, by turns.

    taken: each time after so many somebody acknowledged it; 0 for never. said: why one of the team called some of them noise.
    """

    check: str
    message: str
    priority: str
    service: str
    days: tuple[int, ...]
    hours: tuple[float, ...]
    minutes: tuple[int, ...]
    taken: int = 0
    said: str = ""


HABITS = [
    Habit(
        "PartnerProbeTimeout",
        "Probe of partner-api from Dublin timed out",
        "P3",
        "partner",
        tuple(range(2, 30, 2)),
        (2.2,),
        (2, 3, 4, 3),
        13,
        "itself",
    ),
    Habit(
        "ScannerGatewayRestarted", "Scanner gateway wms-rtm-{n} restarted", "P4", "wms", tuple(range(1, 29, 3)), (6.5,), (45, 80, 62), 0, "nothing"
    ),
    Habit("OrdersConsumerLag", "Consumer lag of orders-{n} above 10 000", "P3", "kafka", (4, 11, 18), (13.0, 13.3, 13.6, 13.9), (25, 31), 6),
    Habit("PortalSlow", "Customer portal answers in more than 3 s", "P2", "portal", (3, 5, 8, 12, 15, 19, 22, 26), (10.4,), (7, 9, 8, 40), 8),
    Habit("DiskAlmostFull", "Disk /var/log on hr-app-{n} at 91 %", "P3", "hr", (6, 13, 20, 27), (9.5,), (120,), 1),
]


def write(source: Integration, members: dict[int, list[User]], complains: User, at: datetime) -> None:
    """Lets each check come and go, with the pages that it sent."""
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    for begin, _place, number, habit in sorted(one for place, each in enumerate(HABITS) for one in _times(each, place, today)):
        alert = _fire(habit, number, source, begin)
        people = members.get(alert.service.owner_team_id, []) if alert.service is not None else []
        is_taken = bool(habit.taken) and number % habit.taken == 0
        if people:
            _page(alert, people[number % len(people)], begin, habit)
            _end(alert, people[0] if is_taken else None, begin, habit.minutes[number % len(habit.minutes)], source)
        if habit.said and number % 5 == 0:
            with clock.shifted(begin + timedelta(hours=6)):
                actions.call(alert, actor=complains, reason=habit.said)


def _times(habit: Habit, place: int, today: datetime) -> list[tuple[datetime, int, int, Habit]]:
    """Each time that it came, oldest first."""
    begins = [today - timedelta(days=day) + timedelta(hours=hour) for day in sorted(habit.days, reverse=True) for hour in habit.hours]
    return [(begin, place, number, habit) for number, begin in enumerate(begins, start=1)]


def _fire(habit: Habit, number: int, source: Integration, begin: datetime) -> Alert:
    alias = f"{habit.check}/{number}"
    event = Event(
        OPEN, alias, habit.message.format(n=f"{number:02}"), priority=habit.priority, services=(habit.service,), details={"alertname": habit.check}, payload={}
    )  # fmt: skip
    with clock.shifted(begin):
        opening.open_or_count([Step(event, source.pk, 1, begin, begin)], {source.pk: source}, begin)
    return Alert.objects.select_related("service").get(alias=alias)


def _page(alert: Alert, who: User, begin: datetime, habit: Habit) -> None:
    """Somebody was paged; the messages themselves are long gone."""
    if habit.priority != "P4":
        Page.objects.create(
            user=who,
            key=f"history:{alert.pk}",
            subject_type="alert",
            subject_id=alert.pk,
            title=alert.message,
            state=Page.ENDED,
            created_at=begin,
            ended_at=begin,
        )


def _end(alert: Alert, taker: User | None, begin: datetime, minutes: int, source: Integration) -> None:
    later = begin + timedelta(minutes=minutes)
    if taker is not None:
        with clock.shifted(begin + timedelta(minutes=min(4, minutes - 1))):
            lifecycle.acknowledge(alert, actor=taker)
    with clock.shifted(later):
        if taker is not None and minutes > 30:
            lifecycle.close(alert, actor=taker)
        else:
            recovery.close_recovered([Step(Event(CLOSE, alert.alias, alert.message), source.pk, 1, later, later)], later)
