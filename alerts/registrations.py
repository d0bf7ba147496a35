"""Alerts in the sidebar, in the palette and on the incident page."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts import queries
from alerts.actions import escalating, lifecycle
from alerts.models import Alert
from common import navigation, panels, search
from oncall import board, subjects


def find(user: User, text: str, limit: int) -> Iterable[search.Hit]:
    """Active alerts whose message contains the text, or one by its number."""
    for alert in queries.search(user, text, limit):
        yield search.Hit(
            title=alert.message, url=alert.get_absolute_url(), icon="bell", key=alert.key, priority=alert.priority, note=f"×{alert.count}"  # the sign for times
        )  # fmt: skip


def acknowledge(alert_id: int, user: User | None, via: str) -> None:
    """An answer to a page."""
    lifecycle.acknowledge(Alert.objects.get(pk=alert_id), actor=user, via=via)


def close(alert_id: int, user: User | None, via: str) -> None:
    """The end of a policy that closes."""
    lifecycle.close(Alert.objects.get(pk=alert_id), actor=user)


def reopen(alert_id: int, user: User | None, via: str) -> None:
    """A repeat of a policy that sets it back to open."""
    lifecycle.unacknowledge(Alert.objects.get(pk=alert_id), actor=user)


board.register(board.Desk("alerts:call", "alert.act", queries.in_hand))
subjects.register(subjects.Kind("alert", acknowledge, close, reopen, escalating.count_lately))
search.register(search.Source("alerts", _("Alerts"), find, order=20))
navigation.register_counter(queries.sidebar_counts)
navigation.register(
    navigation.Entry("alerts", _("Alerts"), "alerts:list", section=2, order=10, icon="bell", go="a", count="alerts.open", right="alert.view", tab=2)
)
panels.register(panels.Panel("incident", "alerts", _("Alerts"), "alerts:panel", order=10, right="alert.view"))
