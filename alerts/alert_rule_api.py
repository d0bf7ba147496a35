"""Rules and maintenance over REST."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from accounts.models import Team
from alerts import alert_rule_queries, effects
from alerts.actions import alert_rules, maintaining
from alerts.models import AlertRule, Maintenance
from common import paging
from common.api import checked
from services.models import Service

IN_ORDER = {"order": (paging.Key("kind"), paging.Key("position"), paging.Key("id")), "newest": (paging.Key("id", is_descending=True),)}
LATEST = {"newest": (paging.Key("id", is_descending=True),)}


class AlertRuleSerializer(serializers.ModelSerializer):
    """A rule about alerts. conditions: as Opsgenie's API writes them. times: weekdays (0 is Monday), from, until and zone. does: by kind, see docs/alert-rules.md."""

    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField(choices=AlertRule.KINDS)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    conditions = serializers.JSONField(required=False, default=dict)
    times = serializers.JSONField(required=False, default=dict)
    does = serializers.JSONField()
    words = serializers.SerializerMethodField()

    class Meta:
        model = AlertRule
        fields: ClassVar[list[str]] = ["id", "kind", "team", "position", "name", "is_enabled", "conditions", "times", "does", "continues", "words"]
        read_only_fields: ClassVar[list[str]] = ["id", "position"]

    def get_words(self, rule: AlertRule) -> str:
        """What follows, in words."""
        return effects.words(rule.kind, rule.does)


class MoveSerializer(serializers.Serializer):
    """So many places down, or up when negative."""

    by = serializers.IntegerField(min_value=-100, max_value=100)


class AlertRuleViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Alert policies, notification policies, correlation rules, incident rules, enrichment and expiry. Kind and team of a rule stay as they are."""

    serializer_class = AlertRuleSerializer
    filterset_fields: ClassVar[list[str]] = ["kind", "team__slug", "is_enabled"]
    lookup_value_regex = "[0-9]{1,18}"
    sorts = IN_ORDER
    queryset = AlertRule.objects.none()

    def get_queryset(self) -> QuerySet[AlertRule]:
        return alert_rule_queries.rules_for(self.person)

    def create(self, request: Request) -> Response:
        """One more rule, after the others of its kind and team."""
        given = checked(AlertRuleSerializer, request.data)
        rule = alert_rules.add(actor=self.person, kind=given.pop("kind"), team=given.pop("team"), values=given)
        return Response(AlertRuleSerializer(rule).data, status=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Replaces what a rule says."""
        given = checked(AlertRuleSerializer, request.data)
        return Response(AlertRuleSerializer(alert_rules.change(self.get_object(), actor=self.person, values=given)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """One rule less."""
        alert_rules.remove(self.get_object(), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Another place among the rules of its kind and team."""
        return Response(AlertRuleSerializer(alert_rules.move(self.get_object(), actor=self.person, **checked(MoveSerializer, request.data))).data)


class MaintenanceSerializer(serializers.ModelSerializer):
    """A window. starts_at, ends_at: of the first occurrence; recurrence: an RRULE on the wall of time_zone, empty for once."""

    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), required=False, allow_null=True, default=None)
    services = serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.all(), many=True, required=False)
    conditions = serializers.JSONField(required=False, default=dict)
    recurrence = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    time_zone = serializers.CharField(max_length=60, required=False, default="UTC")
    mode = serializers.ChoiceField(choices=Maintenance.MODES, default=Maintenance.QUIET)

    class Meta:
        model = Maintenance
        fields: ClassVar[list[str]] = [
            "id", "name", "team", "services", "conditions", "starts_at", "ends_at", "recurrence", "time_zone", "mode", "ended_at",
        ]  # fmt: skip
        read_only_fields: ClassVar[list[str]] = ["id", "ended_at"]


class MaintenanceViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Maintenance windows."""

    serializer_class = MaintenanceSerializer
    filterset_fields: ClassVar[list[str]] = ["team__slug", "services__slug"]
    lookup_value_regex = "[0-9]{1,18}"
    sorts = LATEST
    queryset = Maintenance.objects.none()

    def get_queryset(self) -> QuerySet[Maintenance]:
        return alert_rule_queries.maintenance_for(self.person)

    def create(self, request: Request) -> Response:
        """Plans maintenance."""
        given: dict[str, Any] = checked(MaintenanceSerializer, request.data)
        window = maintaining.plan(actor=self.person, team=given.pop("team"), services=given.pop("services", ()), values=given)
        return Response(MaintenanceSerializer(window).data, status=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Replaces a window; its team stays."""
        given: dict[str, Any] = checked(MaintenanceSerializer, request.data)
        window = maintaining.change(self.get_object(), actor=self.person, services=given.pop("services", ()), values=given)
        return Response(MaintenanceSerializer(window).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Takes it out of the plan."""
        maintaining.remove(self.get_object(), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """The work is done early: what is under way ends now."""
        return Response(MaintenanceSerializer(maintaining.end(self.get_object(), actor=self.person)).data)
