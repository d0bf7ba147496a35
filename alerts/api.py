"""Alerts over REST: one POST per verb."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from accounts.models import Team, User
from alerts import alert_log, filters, queries
from alerts.actions import escalating, lifecycle, silencing
from alerts.api_verbs import ChangingVerbs
from alerts.models import Alert, Integration
from incidents import queries as incidents


class AlertListSerializer(serializers.ModelSerializer):
    """An alert as lists show it."""

    integration = serializers.CharField(source="integration.name", default=None, read_only=True)
    service = serializers.CharField(source="service.slug", default=None, read_only=True)
    incident = serializers.CharField(source="incident.key", default=None, read_only=True)
    owner = serializers.CharField(source="owner.email", default=None, read_only=True)

    class Meta:
        model = Alert
        fields: ClassVar[list[str]] = [
            "number", "key", "alias", "message", "priority", "status", "count", "entity", "source", "tags", "integration", "service", "service_name",
            "incident", "owner", "starts_at", "first_occurred_at", "last_occurred_at", "acknowledged_at", "snoozed_until", "closed_at", "closed_by",
            "is_new_kind",
        ]  # fmt: skip
        read_only_fields = fields


class AlertSerializer(AlertListSerializer):
    """An alert with its details and its last payload."""

    class Meta(AlertListSerializer.Meta):
        fields: ClassVar[list[str]] = [
            *AlertListSerializer.Meta.fields, "uid", "description", "details", "links", "responders", "visible_to", "actions", "acknowledged_by", "closed_by_name",
            "silenced_until", "expires_at", "decisions", "payload",
        ]  # fmt: skip
        read_only_fields = fields


class SnoozeSerializer(serializers.Serializer):
    """Until when it is quiet."""

    until = serializers.DateTimeField()


class OwnerSerializer(serializers.Serializer):
    """Whose it is; null for nobody."""

    owner = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.filter(is_active=True), allow_null=True)


class AlertPageSerializer(serializers.Serializer):
    """The team to call."""

    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all())


class NoteSerializer(serializers.Serializer):
    """A line for the log."""

    note = serializers.CharField(max_length=5000)


class IncidentKeySerializer(serializers.Serializer):
    """The incident to link."""

    incident = serializers.RegexField(r"^[A-Za-z]+-[0-9]{1,18}$")


class IntegrationSerializer(serializers.ModelSerializer):
    """Where alerts come from; the key is shown in the admin only."""

    service = serializers.CharField(source="service.slug", default=None, read_only=True)
    team = serializers.CharField(source="team.slug", default=None, read_only=True)

    class Meta:
        model = Integration
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "adapter",
            "is_enabled",
            "service",
            "team",
            "incident_from_priority",
            "incident_from_tier",
            "reach",
            "alerts_silence",
            "alerts_volume",
        ]
        read_only_fields = fields


class LogLineSerializer(serializers.Serializer):
    """A line of an alert's log. kind: decision (of a rule), message (to a person) or the event. channel: by which a message went or an answer came."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()
    actor = serializers.CharField(allow_null=True)
    channel = serializers.CharField(allow_blank=True)


class AlertViewSet(ChangingVerbs, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Alerts by number, such as 88213 for ALR-88213."""

    lookup_field = "number"
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = AlertSerializer
    filterset_class = filters.AlertFilter
    sorts = queries.SORTS
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        return queries.alerts_for(self.person)

    def get_object(self) -> Alert:
        return queries.alert_for(self.person, int(self.kwargs["number"]))

    @extend_schema(responses=AlertListSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Alerts by filter, the most urgent first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(AlertListSerializer(queries.veil(self.person, page or []), many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One alert."""
        return Response(AlertSerializer(self.get_object()).data)

    @extend_schema(responses=LogLineSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def log(self, request: Request, number: str) -> Response:
        """What rules decided, who did what, and who was paged by which channel; newest first."""
        rows = alert_log.lines(self.person, self.get_object())
        return Response(LogLineSerializer([alert_log.told(row) for row in rows], many=True).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, number: str) -> Response:
        """Makes it loud, whatever keeps it quiet."""
        return self.answer(silencing.release(self.get_object(), actor=self.person))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, number: str) -> Response:
        """Somebody has it."""
        return self.answer(lifecycle.acknowledge(self.get_object(), actor=self.person))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unacknowledge(self, request: Request, number: str) -> Response:
        """Takes the acknowledgement back."""
        return self.answer(lifecycle.unacknowledge(self.get_object(), actor=self.person))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, number: str) -> Response:
        """Ends it by hand."""
        return self.answer(lifecycle.close(self.get_object(), actor=self.person))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, number: str) -> Response:
        """Takes a closing by hand back; 409 when it is over by itself meanwhile."""
        return self.answer(lifecycle.reopen(self.get_object(), actor=self.person))

    @extend_schema(request=AlertPageSerializer)
    @action(detail=True, methods=["post"])
    def page(self, request: Request, number: str) -> Response:
        """Calls a team: by its routing rules, else its first policy or schedule."""
        return self.answer(escalating.page_team(self.get_object(), actor=self.person, **self.given(AlertPageSerializer)))

    @extend_schema(request=SnoozeSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, number: str) -> Response:
        """Quiet until an instant."""
        return self.answer(lifecycle.snooze(self.get_object(), actor=self.person, **self.given(SnoozeSerializer)))

    @extend_schema(request=OwnerSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, number: str) -> Response:
        """Gives it to a person."""
        return self.answer(lifecycle.assign(self.get_object(), actor=self.person, **self.given(OwnerSerializer)))

    @extend_schema(request=NoteSerializer)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, number: str) -> Response:
        """Adds a line to its log."""
        alert = self.get_object()
        lifecycle.add_note(alert, actor=self.person, **self.given(NoteSerializer))
        return self.answer(alert, status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="open-incident")
    def open_incident(self, request: Request, number: str) -> Response:
        """Opens an incident from it; one that has an open incident keeps it."""
        alert = self.get_object()
        lifecycle.open_incident(alert, actor=self.person)
        return self.answer(alert, status.HTTP_201_CREATED)

    @extend_schema(request=IncidentKeySerializer)
    @action(detail=True, methods=["post"])
    def attach(self, request: Request, number: str) -> Response:
        """Links it to an incident."""
        alert = self.get_object()
        incident = incidents.incident_for(self.person, self.given(IncidentKeySerializer)["incident"])
        return self.answer(lifecycle.attach(alert, actor=self.person, incident=incident))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def detach(self, request: Request, number: str) -> Response:
        """Unlinks it from its incident."""
        return self.answer(lifecycle.detach(self.get_object(), actor=self.person))


class IntegrationViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Integrations, without their keys."""

    serializer_class = IntegrationSerializer
    queryset = Integration.objects.none()

    def get_queryset(self) -> QuerySet[Integration]:
        return queries.integrations_for(self.person)
