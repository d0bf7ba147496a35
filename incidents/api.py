"""Incidents over REST."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Team, User
from incidents import actions, queries
from incidents.models import Incident
from tickets import queries as tickets
from tickets.api import versions
from tickets.api.tickets import TicketFieldsSerializer, TicketSerializer, TicketViewSet, affected_services
from tickets.models import Ticket


class IncidentSerializer(TicketSerializer):
    """An incident with the instants that only it has."""

    class Meta(TicketSerializer.Meta):
        model = Incident
        fields: ClassVar[list[str]] = [
            *TicketSerializer.Meta.fields, "impact_started_at", "detected_at", "acknowledged_at", "mitigated_at", "recovered_at",
        ]  # fmt: skip
        read_only_fields = fields


class IncidentCreateSerializer(TicketFieldsSerializer):
    """A new incident. Only the summary is required; urgency is medium (3) unless given, the reporter is the caller."""

    urgency = serializers.IntegerField(min_value=1, max_value=4, default=3)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)
    assignee = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.filter(is_active=True), allow_null=True, required=False)
    reported_at = serializers.DateTimeField(required=False)
    detected_at = serializers.DateTimeField(required=False)
    impact_started_at = serializers.DateTimeField(required=False)


class SplitSerializer(serializers.Serializer):
    """A comment by its id, and what the new incident is called."""

    comment = serializers.IntegerField(min_value=1)
    summary = serializers.CharField(max_length=1000)


class RetimeSerializer(serializers.Serializer):
    """Instants in their order: impact started, detected, reported, acknowledged, mitigated, then resolved and recovered."""

    impact_started_at = serializers.DateTimeField(required=False, allow_null=True)
    detected_at = serializers.DateTimeField(required=False, allow_null=True)
    reported_at = serializers.DateTimeField(required=False)
    acknowledged_at = serializers.DateTimeField(required=False, allow_null=True)
    mitigated_at = serializers.DateTimeField(required=False, allow_null=True)
    resolved_at = serializers.DateTimeField(required=False)
    recovered_at = serializers.DateTimeField(required=False, allow_null=True)
    version = serializers.IntegerField(required=False, min_value=1)


class IncidentViewSet(TicketViewSet):
    """Incidents by key, such as INC-1042."""

    kind = "incident"
    serializer_class = IncidentSerializer

    def get_object(self) -> Ticket:
        return queries.incident_for(self.person, self.kwargs["key"])

    def answer(self, ticket: Ticket, http_status: int = status.HTTP_200_OK) -> Response:
        found = queries.incident_for(self.person, ticket.key)
        return Response(self.get_serializer(found).data, status=http_status, headers=versions.etag(found.version))

    @extend_schema(request=SplitSerializer, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, key: str) -> Response:
        """Makes an incident of its own of a comment; answers the new one."""
        wanted, incident = self.given(SplitSerializer), queries.incident_for(self.person, key)
        comment = get_object_or_404(tickets.comments_for(self.person, incident), pk=wanted["comment"])
        made = actions.split(incident, actor=self.person, comment=comment, summary=wanted["summary"])
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=RetimeSerializer)
    @action(detail=True, methods=["post"])
    def retime(self, request: Request, key: str) -> Response:
        """Corrects instants; null says that one is not known. The journal keeps before and after."""
        wanted = self.given(RetimeSerializer)
        version = wanted.pop("version", None)
        incident = queries.incident_for(self.person, key)
        return self.answer(actions.retime(incident, actor=self.person, expected_version=version, **wanted))

    @extend_schema(request=IncidentCreateSerializer, responses={201: IncidentSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Opens an incident: impact from the tier when none is given, priority from the matrix, team from the service."""
        wanted = self.given(IncidentCreateSerializer)
        wanted.setdefault("reporter", self.person)
        chosen = affected_services(wanted)
        if chosen:
            wanted["service"], wanted["other_services"] = chosen[0], chosen[1:]
        incident = actions.create(actor=self.person, channel="api", **wanted)
        return self.answer(incident, status.HTTP_201_CREATED)
