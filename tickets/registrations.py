"""The desk in the sidebar and in the palette."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import navigation, search
from services import facts
from tickets import filters, queries, query_fields, saved, workflow_rules
from tickets.models import Ticket


def find(user: User, text: str, limit: int) -> Iterable[search.Hit]:
    """Tickets by key or words: open ones first, then the newest."""
    rows = queries.tickets_for(user).filter(filters.text_condition(text)).order_by("-is_open", "-id")[:limit]
    for ticket in Ticket.objects.filter(pk__in=[row.pk for row in rows.only("pk")]).select_related("status").order_by("-is_open", "-id"):
        yield search.Hit(
            title=ticket.summary,
            url=ticket.get_absolute_url(),
            icon=ticket.kind_of.icon,
            key=ticket.key,
            priority=ticket.priority,
            status=ticket.status,
        )


workflow_rules.register()
query_fields.register()
search.register(search.Source("tickets", _("Records"), find, order=10))
search.register_command(search.Command(_("Search with a query"), "search", "tickets:search", right="desk.access"))
navigation.register_counter(saved.sidebar_counts)
facts.register(facts.Reader(queries.open_counts_by_service, queries.open_of_service, queries.resolved_lately))
navigation.register(navigation.Entry("mine", _("My work"), "tickets:mine", section=1, order=10, icon="inbox", go="w", count="queue.mine", tab=3))
navigation.register(
    navigation.Entry(
        "queues", _("Queues"), "tickets:queue", section=1, order=20, icon="list-details", args=("open",), go="q", count="queue.open", tab=1
    )
)
navigation.register_source(saved.entries)
