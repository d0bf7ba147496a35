"""The desk in the sidebar and in the palette."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import queries as accounts
from accounts.models import User
from common import navigation, search
from notifications import subjects
from oncall import subjects as escalated
from services import facts
from tickets import finding, permissions, queries, query_fields, saved, workflow_rules
from tickets.actions import paging
from tickets.models import Responder, Ticket


def find(user: User, text: str, limit: int) -> Iterable[search.Hit]:
    """Tickets by key, words or likeness, the best first."""
    for found in finding.find(user, text, limit):
        ticket = found.ticket
        yield search.Hit(
            title=ticket.summary, url=ticket.get_absolute_url(), icon=ticket.kind_of.icon, key=ticket.key, priority=ticket.priority, status=ticket.status,
            note=str(_("in a comment")) if found.where == "comment" else "",
        )  # fmt: skip
    words = text.strip()
    if words and not finding.by_key(user, words):
        url = f"{reverse('tickets:find')}?{urlencode({'q': words})}"
        yield search.Hit(title=str(_("All results for “%(text)s”") % {"text": words[:60]}), url=url, icon="search")


def find_queues(user: User, text: str, limit: int) -> Iterable[search.Hit]:
    """The person's queues by words of the name."""
    words = text.lower().split()
    for queue in [row for row in saved.all_of(user) if all(word in row.name.lower() for word in words)][:limit]:
        yield search.Hit(title=queue.name, url=reverse("tickets:queue", args=[queue.slug]), icon="list-details")


def find_organisations(user: User, text: str, limit: int) -> Iterable[search.Hit]:
    """Organisations by a part of the name."""
    if user.has_right("desk.access"):
        for row in accounts.organisations_page(user, text, size=limit).rows:
            yield search.Hit(title=row.name, url=reverse("tickets:organisation", args=[row.pk]), icon="building")


def of_notices(user: User, is_internal: bool) -> QuerySet[Ticket]:
    """The tickets that a person may be told of: those he may see, and for the internal side those of the kinds that he works with."""
    seen, where = queries.tickets_for(user), permissions.internal_side(user)
    return seen.filter(where) if is_internal and where is not None else seen


def acknowledge(ticket_id: int, user: User | None, via: str) -> None:
    """An answer to a page."""
    paging.acknowledge(Ticket.objects.get(pk=ticket_id), actor=user, via=via)


def accept(responder_id: int, user: User | None, via: str) -> None:
    """An answer to a page that asked for help: the person comes."""
    paging.answer(Responder.objects.get(pk=responder_id), actor=user, accepts=True, via=via)


escalated.register(escalated.Kind(paging.TICKET, acknowledge))
escalated.register(escalated.Kind(paging.RESPONDER, accept))
subjects.register("ticket", of_notices)
workflow_rules.register()
query_fields.register()
search.register(search.Source("tickets", _("Records"), find, order=10))
search.register(search.Source("queues", _("Queues"), find_queues, order=5))
search.register(search.Source("organisations", _("Organisations"), find_organisations, order=50))
navigation.register(navigation.Entry("organisations", _("Organisations"), "tickets:organisations", section=3, order=40, icon="building"))
search.register_command(search.Command(_("Open the wallboard"), "layout-dashboard", "tickets:wallboard", right="desk.access"))
search.register_command(search.Command(_("Search with a query"), "search", "tickets:search", right="desk.access"))
navigation.register_counter(saved.sidebar_counts)
facts.register(facts.Reader(queries.open_counts_by_service, queries.open_of_service, queries.resolved_lately))
navigation.register(navigation.Entry("mine", _("My work"), "tickets:mine", section=1, order=10, icon="inbox", go="w", count="queue.mine", tab=4))
navigation.register(
    navigation.Entry(
        "queues", _("Queues"), "tickets:queue", section=1, order=20, icon="list-details", args=("open",), go="q", count="queue.open", tab=1
    )
)
navigation.register_source(saved.entries)
