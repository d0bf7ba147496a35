"""Groups of alerts over REST: what is in them and why, and what is done to all of their alerts at once (ALR-15)."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from alerts import group_queries, queries, reasons
from alerts.actions import groups
from alerts.api import AlertListSerializer
from alerts.models import Alert, AlertGroup
from common import errors, filtering, paging
from common.api import checked
from services.models import Service

LATEST = {"newest": (paging.Key("id", is_descending=True),)}
MOST = 100


class AlertGroupSerializer(serializers.ModelSerializer):
    """A group. leader: its first alert, whose message, numbers aside, is text. size: how many alerts ever; open: how many of them are not closed."""

    rule = serializers.CharField(source="rule.name", default=None, read_only=True)
    service = serializers.CharField(source="service.slug", default=None, read_only=True)
    incident = serializers.CharField(source="incident.key", default=None, read_only=True)
    open = serializers.IntegerField(read_only=True)

    class Meta:
        model = AlertGroup
        fields: ClassVar[list[str]] = ["id", "leader", "text", "mode", "rule", "service", "incident", "size", "open", "first_at", "last_at"]
        read_only_fields = fields


class GroupedAlertSerializer(AlertListSerializer):
    """An alert of a group. why: how it came into it."""

    why = serializers.SerializerMethodField()

    class Meta(AlertListSerializer.Meta):
        fields: ClassVar[list[str]] = [*AlertListSerializer.Meta.fields, "why"]
        read_only_fields = fields

    def get_why(self, alert: Alert) -> str:
        """In words."""
        return reasons.grouped(alert.group_why)


class NumbersSerializer(serializers.Serializer):
    """The numbers of alerts, such as 88213 for ALR-88213."""

    alerts = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=10**18), min_length=1, max_length=MOST)


class AlertGroupFilter(filters.FilterSet):
    """Filters of groups."""

    is_open = filters.ChoiceFilter(choices=[("true", "true"), ("false", "false")], method="by_state", label="Has an alert that is not closed")
    service = filtering.AnyOfRecords(queryset=Service.objects.all(), to_field_name="slug", label="Service")
    mode = filters.CharFilter(label="How it is grouped: fields, text or tool")

    class Meta:
        model = AlertGroup
        fields: ClassVar[list[str]] = []

    def by_state(self, found: Any, name: str, value: str) -> Any:
        """Groups that have an alert that is not closed, or have none."""
        return found.filter(open__gt=0) if value == "true" else found.filter(open=0)


class AlertGroupViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Groups of alerts that tell of the same, the newest first."""

    serializer_class = AlertGroupSerializer
    filterset_class = AlertGroupFilter
    lookup_value_regex = "[0-9]{1,18}"
    sorts = LATEST
    queryset = AlertGroup.objects.none()

    def get_queryset(self) -> QuerySet[AlertGroup]:
        return group_queries.groups_for(self.person)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Groups by filter."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(AlertGroupSerializer(queries.veil(self.person, page or []), many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One group."""
        return self.answer(self.get_object())

    def answer(self, group: AlertGroup) -> Response:
        """The group as it stands now."""
        rows = queries.veil(self.person, list(self.get_queryset().filter(pk=group.pk)))
        return Response(AlertGroupSerializer(rows[0]).data)

    def named(self) -> Sequence[Alert]:
        """The alerts that the body names. Raises Invalid("alerts") for one that does not exist."""
        wanted = set(checked(NumbersSerializer, self.request.data)["alerts"])
        found = queries.by_numbers(self.person, sorted(wanted))
        if missing := wanted - {alert.number for alert in found}:
            raise errors.Invalid("alerts", f"There is no alert {', '.join(f'ALR-{number}' for number in sorted(missing))}.")
        return found

    @extend_schema(responses=GroupedAlertSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None)
    def alerts(self, request: Request, pk: str) -> Response:
        """Its alerts with the reason of each, the newest first."""
        rows = queries.alerts_for(self.person).filter(group=self.get_object())
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(GroupedAlertSerializer(queries.veil(self.person, page or []), many=True).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Somebody has it: every alert of it that is open or snoozed."""
        group = self.get_object()
        groups.acknowledge(group, actor=self.person)
        return self.answer(group)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Ends every alert of it by hand."""
        group = self.get_object()
        groups.close(group, actor=self.person)
        return self.answer(group)

    @extend_schema(request=NumbersSerializer)
    @action(detail=True, methods=["post"])
    def add(self, request: Request, pk: str) -> Response:
        """Puts alerts into it; alerts of their kinds join it from then on."""
        return self.answer(groups.add(self.get_object(), actor=self.person, alerts=self.named()))

    @extend_schema(request=NumbersSerializer)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Takes alerts out, each into a group of its own; alerts of their kinds stay apart from then on."""
        return self.answer(groups.remove(self.get_object(), actor=self.person, alerts=self.named()))
