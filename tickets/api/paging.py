"""Who is called for a record, over REST."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Team, User
from tickets import calling
from tickets.actions import paging
from tickets.api.base import TicketBase
from tickets.models import Responder


class RunSerializer(serializers.Serializer):
    """An escalation: its policy, whom it has paged, and when its next step is due."""

    policy = serializers.CharField(source="name")
    state = serializers.ChoiceField(choices=["running", "acknowledged", "stopped", "exhausted"])
    people = serializers.ListField(child=serializers.CharField())
    started_at = serializers.DateTimeField()
    next_step_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField(source="acknowledged_by.email", default=None)


class ResponderSerializer(serializers.ModelSerializer):
    """Somebody who was asked by hand, and what he said."""

    person = serializers.CharField(source="user.email", read_only=True)
    asked_by = serializers.CharField(source="asked_by.email", default=None, read_only=True)

    class Meta:
        model = Responder
        fields: ClassVar[list[str]] = ["id", "person", "state", "message", "asked_by", "asked_at", "answered_at"]
        read_only_fields = fields


class CallingSerializer(serializers.Serializer):
    """Everybody who is called for the record."""

    runs = RunSerializer(many=True)
    responders = ResponderSerializer(many=True)


class CallSerializer(serializers.Serializer):
    """Whom to call: a team by short name, people by e-mail address, or both."""

    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False, default=None)
    people = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.filter(is_active=True), many=True, required=False)
    message = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.setdefault("people", []) and not attrs["team"]:
            raise serializers.ValidationError({"people": "Name a team, or people."})
        return attrs


class RespondSerializer(serializers.Serializer):
    """Whether the caller comes to help."""

    accept = serializers.BooleanField()


class PagingVerbs(TicketBase):
    """Calling people for a ticket, and answering."""

    @extend_schema(responses=CallingSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def paging(self, request: Request, key: str) -> Response:
        """Who is called, and what they said."""
        return self._called()

    @extend_schema(request=CallSerializer, responses={201: CallingSerializer})
    @action(detail=True, methods=["post"])
    def page(self, request: Request, key: str) -> Response:
        """Calls a team or people now."""
        paging.call(self.inside(), actor=self.person, **self.given(CallSerializer))
        return self._called(status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=CallingSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, key: str) -> Response:
        """Somebody has it: every escalation of the record goes quiet."""
        paging.acknowledge(self.inside(), actor=self.person)
        return self._called()

    @extend_schema(request=RespondSerializer, responses=CallingSerializer)
    @action(detail=True, methods=["post"])
    def respond(self, request: Request, key: str) -> Response:
        """The caller, who was asked to help, comes or cannot."""
        ticket = self.inside()
        mine = Responder.objects.filter(ticket=ticket.pk, user=self.person).order_by("-pk")
        responder = get_object_or_404(mine, pk=mine[0].pk if mine else 0)
        paging.answer(responder, actor=self.person, accepts=self.given(RespondSerializer)["accept"])
        return self._called()

    def _called(self, http_status: int = status.HTTP_200_OK) -> Response:
        ticket = self.inside()
        told = {"runs": calling.runs_of(ticket), "responders": calling.responders_of(ticket, self.person)}
        return Response(CallingSerializer(told).data, status=http_status)
