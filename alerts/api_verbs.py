"""Changing what an alert says, and whom it calls, over REST: one POST per verb (ALR-03)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from accounts.models import Team
from alerts import normal, queries
from alerts.actions import editing, lifecycle, noise, raising
from alerts.models import Alert, NoiseMark
from alerts.models.noise import TEXT_LENGTH
from common import errors
from common.api import checked
from services.models import Service
from tickets.models.registers import PRIORITIES

RESPONDERS = ("team", "user", "escalation", "schedule")


class AlertCreateSerializer(serializers.Serializer):
    """An alert that a person writes."""

    message = serializers.CharField(max_length=normal.MESSAGE)
    description = serializers.CharField(max_length=normal.DESCRIPTION, required=False, allow_blank=True)
    priority = serializers.IntegerField(min_value=1, max_value=5, required=False)
    service = serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.all(), required=False, allow_null=True)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), required=False, allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=normal.TAG), max_length=normal.TAGS, required=False)


class TagsSerializer(serializers.Serializer):
    """Tags to add or to take away."""

    tags = serializers.ListField(child=serializers.CharField(max_length=normal.TAG), min_length=1, max_length=normal.TAGS)


class DetailsSerializer(serializers.Serializer):
    """Details by name; those of the same name are written over."""

    details = serializers.DictField(child=serializers.CharField(max_length=normal.DETAIL, allow_blank=True), allow_empty=False)


class DetailNamesSerializer(serializers.Serializer):
    """Names of details to take away."""

    names = serializers.ListField(child=serializers.CharField(max_length=200), min_length=1, max_length=normal.DETAILS)


class AlertPrioritySerializer(serializers.Serializer):
    """P1 to P5 as 1 to 5."""

    priority = serializers.ChoiceField(choices=PRIORITIES)


class AlertMessageSerializer(serializers.Serializer):
    """The line that says what is wrong."""

    message = serializers.CharField(max_length=normal.MESSAGE)


class AlertDescriptionSerializer(serializers.Serializer):
    """What else there is to say."""

    description = serializers.CharField(max_length=normal.DESCRIPTION, allow_blank=True)


class ResponderSerializer(serializers.Serializer):
    """Whom to call as well. name: of a team, schedule or escalation policy, or its slug; of a person the e-mail address."""

    type = serializers.ChoiceField(choices=RESPONDERS)
    name = serializers.CharField(max_length=300)


class NoiseSerializer(serializers.Serializer):
    """Why it was noise."""

    reason = serializers.ChoiceField(choices=NoiseMark.REASONS)
    text = serializers.CharField(max_length=TEXT_LENGTH, required=False, allow_blank=True)


class ChangingVerbs(ForPerson, viewsets.GenericViewSet):
    """The verbs beyond an alert's state."""

    def answer(self, alert: Alert, http_status: int = status.HTTP_200_OK) -> Response:
        """The alert as it stands now."""
        return Response(self.get_serializer(queries.alert_for(self.person, alert.number)).data, status=http_status)

    def given(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        """The checked body of the request."""
        return checked(serializer, self.request.data)

    @extend_schema(request=AlertCreateSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Writes an alert by hand; it calls whom its service or team says."""
        given = self.given(AlertCreateSerializer)
        alert = raising.create(actor=self.person, labels=given.pop("tags", ()), **given)
        return self.answer(alert, status.HTTP_201_CREATED)

    @extend_schema(request=TagsSerializer)
    @action(detail=True, methods=["post"])
    def tag(self, request: Request, number: str) -> Response:
        """Adds tags, up to twenty in all."""
        return self.answer(editing.tag(self.get_object(), actor=self.person, **self.given(TagsSerializer)))

    @extend_schema(request=TagsSerializer)
    @action(detail=True, methods=["post"])
    def untag(self, request: Request, number: str) -> Response:
        """Takes tags away."""
        return self.answer(editing.untag(self.get_object(), actor=self.person, **self.given(TagsSerializer)))

    @extend_schema(request=DetailsSerializer)
    @action(detail=True, methods=["post"], url_path="details")
    def add_details(self, request: Request, number: str) -> Response:
        """Adds details."""
        return self.answer(editing.detail(self.get_object(), actor=self.person, **self.given(DetailsSerializer)))

    @extend_schema(request=DetailNamesSerializer)
    @action(detail=True, methods=["post"])
    def undetail(self, request: Request, number: str) -> Response:
        """Takes details away."""
        return self.answer(editing.undetail(self.get_object(), actor=self.person, keys=self.given(DetailNamesSerializer)["names"]))

    @extend_schema(request=AlertPrioritySerializer)
    @action(detail=True, methods=["post"])
    def prioritise(self, request: Request, number: str) -> Response:
        """Sets the priority."""
        return self.answer(editing.prioritise(self.get_object(), actor=self.person, **self.given(AlertPrioritySerializer)))

    @extend_schema(request=AlertMessageSerializer)
    @action(detail=True, methods=["post"], url_path="message")
    def set_message(self, request: Request, number: str) -> Response:
        """Writes a new message."""
        text = self.given(AlertMessageSerializer)["message"]
        return self.answer(editing.reword(self.get_object(), actor=self.person, field="message", text=text))

    @extend_schema(request=AlertDescriptionSerializer)
    @action(detail=True, methods=["post"], url_path="description")
    def set_description(self, request: Request, number: str) -> Response:
        """Writes a new description."""
        text = self.given(AlertDescriptionSerializer)["description"]
        return self.answer(editing.reword(self.get_object(), actor=self.person, field="description", text=text))

    @extend_schema(request=ResponderSerializer)
    @action(detail=True, methods=["post"])
    def respond(self, request: Request, number: str) -> Response:
        """Adds a responder, who is paged."""
        alert, given = self.get_object(), self.given(ResponderSerializer)
        to = queries.responder_of({"type": given["type"], "username" if given["type"] == "user" else "name": given["name"]})
        if to is None:
            raise errors.Invalid("name", f"There is no {given['type']} of this name.")
        return self.answer(editing.call(alert, actor=self.person, to=to))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def escalate(self, request: Request, number: str) -> Response:
        """Takes the next step of its escalations now."""
        return self.answer(editing.escalate(self.get_object(), actor=self.person))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, number: str) -> Response:
        """Makes it one's own."""
        return self.answer(lifecycle.take(self.get_object(), actor=self.person))

    @extend_schema(request=NoiseSerializer)
    @action(detail=True, methods=["post"], url_path="noise")
    def call_noise(self, request: Request, number: str) -> Response:
        """Says that it was noise, and why; once for each person."""
        alert: Alert = self.get_object()
        noise.call(alert, actor=self.person, **self.given(NoiseSerializer))
        return self.answer(alert)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="not-noise")
    def take_back_noise(self, request: Request, number: str) -> Response:
        """Takes back that it was noise."""
        return self.answer(noise.take_back(self.get_object(), actor=self.person))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Removes an alert that should not be there; the journal keeps that it was."""
        alert: Alert = self.get_object()
        editing.delete(alert, actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
