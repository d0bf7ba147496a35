"""One set of filters for alert lists, shared by the screens and the API."""

from collections.abc import Iterable
from typing import ClassVar

import django_filters as filters
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from alerts import search_queries
from alerts.models import Alert, Integration
from common import filtering
from services.models import Service
from tickets.models.registers import PRIORITIES


class AlertFilter(filters.FilterSet):
    """Filters of alert lists. Several values of one filter mean any of them; several filters mean all of them."""

    q = filters.CharFilter(method="search", label=_("Text"))
    query = filters.CharFilter(method="by_query", label=_("A query in Opsgenie's language, such as `status: open AND priority: P1`"))
    status = filtering.AnyOf(choices=Alert.STATUSES, label=_("Status"))
    priority = filtering.AnyOf(choices=PRIORITIES, label=_("Priority"))
    service = filtering.AnyOfRecords(queryset=Service.objects.all(), to_field_name="slug", label=_("Service"))
    team = filtering.AnyOfRecords(
        queryset=Team.objects.all(), to_field_name="slug", method="of_team", label=_("Team: the alert's own, else of its service")
    )
    integration = filtering.AnyOfRecords(queryset=Integration.objects.all(), label=_("Integration"))
    alias = filters.CharFilter(label=_("Alias"))
    tag = filters.CharFilter(method="by_tag", label=_("Tag"))
    group = filters.NumberFilter(field_name="group_id", label=_("Group"))
    correlation = filters.NumberFilter(method="of_proposal", label=_("Proposed incident"))
    is_new_kind = filters.BooleanFilter(label=_("New kind of alert"))
    is_matched = filters.BooleanFilter(field_name="service", lookup_expr="isnull", exclude=True, label=_("Service is known"))
    is_linked = filters.BooleanFilter(field_name="incident", lookup_expr="isnull", exclude=True, label=_("Linked to an incident"))

    class Meta:
        model = Alert
        fields: ClassVar[list[str]] = []

    def search(self, alerts: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        """A part of message, alias, entity or service name, or an ALR number."""
        text = value.replace("\0", "").strip()[:200]
        if text.upper().startswith("ALR-") and text[4:].isdigit() and len(text) < 22:
            return alerts.filter(number=int(text[4:]))
        return alerts.filter(Q(message__icontains=text) | Q(alias__iexact=text) | Q(entity__icontains=text) | Q(service_name__icontains=text))

    def by_query(self, alerts: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        """What a query in Opsgenie's language asks for. Raises QueryError."""
        asked = search_queries.asked(value)
        if asked.error is not None:
            raise asked.error
        return alerts.filter(asked.condition)

    def of_team(self, alerts: QuerySet[Alert], name: str, value: Iterable[Team]) -> QuerySet[Alert]:
        """Alerts that concern one of the teams."""
        teams = [team.pk for team in value or ()]
        return alerts.filter(Q(team__in=teams) | Q(team__isnull=True, service__owner_team__in=teams)) if teams else alerts

    def of_proposal(self, alerts: QuerySet[Alert], name: str, value: int) -> QuerySet[Alert]:
        """The alerts of a proposed incident; those that came long before the others are not of it."""
        return alerts.filter(correlation=value, first_occurred_at__gte=F("correlation__first_at"))

    def by_tag(self, alerts: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        """Alerts that carry the tag."""
        return alerts.filter(tags__contains=[value.strip()])
