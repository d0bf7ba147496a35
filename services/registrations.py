"""Services in the sidebar and in the palette."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import navigation, panels, search
from services import queries


def find(user: User, text: str, limit: int) -> Iterable[search.Hit]:
    """Services whose name resembles the text."""
    for service in queries.search(user, text, limit):
        yield search.Hit(title=service.name, url=service.get_absolute_url(), icon="hierarchy-2", tier=service.tier_id)


search.register(search.Source("services", _("Services"), find, order=30))
navigation.register(
    navigation.Entry("services", _("Services"), "services:list", section=3, order=10, icon="hierarchy-2", go="s", right="service.view")
)
panels.register(panels.Panel("service", "simulation", _("Who would be paged"), "services:simulation", order=10, right="oncall.view"))
