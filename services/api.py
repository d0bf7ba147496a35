"""Services and tiers over REST."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from common import clock
from common.api import checked
from oncall import routing
from oncall.api.policies import SIMULATED, simulated
from services import actions, permissions, queries
from services.models import Service, Tier


class TierSerializer(serializers.ModelSerializer):
    """A tier and the impact it gives."""

    class Meta:
        model = Tier
        fields: ClassVar[list[str]] = ["level", "name", "meaning", "default_impact"]
        read_only_fields = fields


class ServiceSerializer(serializers.ModelSerializer):
    """A service with its owner and what it needs. down_since, down_until, down_note: what somebody declared last; it is down while down_until lies ahead."""

    tier = serializers.IntegerField(source="tier_id", read_only=True)
    owner_team = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    responders = serializers.SlugRelatedField(slug_field="email", many=True, read_only=True)
    responder_teams = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    stakeholders = serializers.SlugRelatedField(slug_field="email", many=True, read_only=True)
    change_approvers = serializers.SlugRelatedField(slug_field="email", many=True, read_only=True)
    dependencies = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    dependents = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)

    class Meta:
        model = Service
        fields: ClassVar[list[str]] = [
            "slug", "name", "description", "tier", "owner_team", "aliases", "repository_url", "runbook_url",
            "responders", "responder_teams", "stakeholders", "change_approvers", "dependencies", "dependents", "down_since", "down_until", "down_note",
        ]  # fmt: skip
        read_only_fields = fields


class DownSerializer(serializers.Serializer):
    """For how long a service is declared down, in hours, and why."""

    hours = serializers.IntegerField(default=4, min_value=1, max_value=actions.LONGEST_DOWN)
    note = serializers.CharField(default="", allow_blank=True, max_length=actions.NOTE_LENGTH)


class TierViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Tiers 1 to 4."""

    serializer_class = TierSerializer
    queryset = Tier.objects.none()

    def get_queryset(self) -> QuerySet[Tier]:
        return permissions.visible_tiers(self.person)


class ServiceViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Services by short name."""

    serializer_class = ServiceSerializer
    lookup_field = "slug"
    queryset = Service.objects.none()
    filterset_fields: ClassVar[list[str]] = ["tier", "owner_team__slug"]

    def get_queryset(self) -> QuerySet[Service]:
        rows = queries.services_for(self.person)
        return rows.prefetch_related("responders", "responder_teams", "stakeholders", "change_approvers", "dependencies", "dependents")

    @SIMULATED
    @action(detail=True, pagination_class=None, filterset_fields=None)
    def simulate(self, request: Request, slug: str) -> Response:
        """Who would be paged for an alert or incident of the service, minute by minute, by which channel, as if nobody answered."""
        service = self.get_object()
        priority = request.query_params.get("priority", "1")
        facts = {"priority": int(priority) if priority in "12345" else 1, "tier": service.tier_id, "title": service.name}
        return simulated(service.escalation_policy or routing.route(service.owner_team_id, facts, clock.now()), request, tier=service.tier_id)

    @extend_schema(request=DownSerializer)
    @action(detail=True, methods=["post"], url_path="declare-down")
    def declare_down(self, request: Request, slug: str) -> Response:
        """Says that it is down: new alerts of services that need it wait so long and page nobody, or until it is declared up."""
        given = checked(DownSerializer, request.data)
        return self.answer(actions.declare_down(self.get_object(), actor=self.person, hours=given["hours"], note=given["note"]))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="declare-up")
    def declare_up(self, request: Request, slug: str) -> Response:
        """Says that it is up again: what waited for it is paged if it is still open."""
        return self.answer(actions.declare_up(self.get_object(), actor=self.person))

    def answer(self, service: Service) -> Response:
        """The service as it stands now."""
        return Response(ServiceSerializer(self.get_queryset().get(pk=service.pk)).data)
