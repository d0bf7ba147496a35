"""One set of filters for ticket lists, shared by the screens and the API."""

from typing import Any, ClassVar

import django_filters as filters
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from common import filtering
from services.models import Service
from tickets import kinds
from tickets.models import Category, Ticket
from tickets.models.registers import IMPACTS, PRIORITIES, SUPPORT_LEVELS, URGENCIES
from workflows.models import Status

STATE_CHOICES = [("open", _("Open")), ("done", _("Done")), ("all", _("All"))]


class TicketFilter(filters.FilterSet):
    """Filters of ticket lists. Several values of one filter mean any of them; several filters mean all of them."""

    q = filters.CharFilter(method="search", label=_("Text"))
    state = filters.ChoiceFilter(choices=STATE_CHOICES, method="by_state", label=_("Open or done"))
    priority = filtering.AnyOf(choices=PRIORITIES, label=_("Priority"))
    impact = filtering.AnyOf(choices=IMPACTS, label=_("Impact"))
    urgency = filtering.AnyOf(choices=URGENCIES, label=_("Urgency"))
    status = filtering.AnyOfRecords(queryset=Status.objects.all(), to_field_name="key", label=_("Status"))
    service = filtering.AnyOfRecords(queryset=Service.objects.all(), to_field_name="slug", label=_("Service"))
    tier = filtering.AnyOf(field_name="service__tier", choices=[(1, "1"), (2, "2"), (3, "3"), (4, "4")], label=_("Tier"))
    team = filtering.AnyOfRecords(queryset=Team.objects.all(), to_field_name="slug", label=_("Team"))
    category = filtering.AnyOfRecords(queryset=Category.objects.all(), label=_("Category"))
    assignee = filtering.Words(method="by_person", label=_("Assignee: e-mail, me or none"))
    reporter = filtering.Words(method="by_person", label=_("Reporter: e-mail, me or none"))
    support_level = filtering.AnyOf(choices=SUPPORT_LEVELS, label=_("Support level"))
    channel = filtering.AnyOf(choices=Ticket.CHANNELS, label=_("Channel"))
    label = filters.CharFilter(field_name="labels", lookup_expr="contains", method="by_label", label=_("Label"))
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", label=_("Created at or after"))
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", label=_("Created before"))
    updated_after = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte", label=_("Updated at or after"))

    class Meta:
        model = Ticket
        fields: ClassVar[list[str]] = []

    def by_state(self, tickets: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """open, done, or all."""
        return tickets if value == "all" else tickets.filter(is_open=value == "open")

    def by_person(self, tickets: QuerySet[Ticket], name: str, value: list[str]) -> QuerySet[Ticket]:
        """E-mail addresses, `me`, or `none` for nobody."""
        words = {word.lower() for word in value}
        user = getattr(self.request, "user", None)
        ids = list(User.objects.annotate(address=Lower("email")).filter(address__in=words - {"me", "none"}).values_list("pk", flat=True))
        if "me" in words and isinstance(user, User):
            ids.append(user.pk)
        meant = Q(**{f"{name}__in": ids}) if ids or "none" not in words else Q()
        return tickets.filter(meant | Q(**{f"{name}__isnull": True}) if "none" in words else meant)

    def by_label(self, tickets: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Tickets that carry the label."""
        return tickets.filter(labels__contains=[value.strip().lower()])

    def search(self, tickets: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Words in summary and description, or a key."""
        return tickets.filter(text_condition(value))


def text_condition(text: str) -> Q:
    """What a text typed by a person means: a key when it looks like one, else words of which each must occur."""
    words = text.replace("\0", " ").strip()[:200]
    prefix, dash, number = words.partition("-")
    kind = kinds.by_prefix(prefix)
    if dash and kind is not None and number.isdigit() and len(number) < 18:
        return Q(kind=kind.name, number=int(number))
    return Q(search_public=SearchQuery(words, config="english", search_type="websearch"))


def active_count(data: Any) -> int:
    """How many filters a request sets."""
    return sum(1 for name in TicketFilter.base_filters if data.get(name))
