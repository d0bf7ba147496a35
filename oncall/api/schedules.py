"""Schedules, who is on call, and overrides over REST."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from accounts.models import User
from common import clock, errors
from common.api import checked
from oncall import queries, rota, timeline
from oncall.actions import cover
from oncall.models import Override, Schedule

LONGEST = timedelta(days=100)
PEOPLE = User.objects.filter(is_active=True)


class RotationSerializer(serializers.Serializer):
    """A rotation: its place, rhythm, and who takes turns (null for no one)."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    unit = serializers.CharField()
    length = serializers.IntegerField()
    starts_on = serializers.DateField()
    hand_over_at = serializers.TimeField(format="%H:%M")
    ends_on = serializers.DateField(allow_null=True)
    time_zone = serializers.CharField()
    is_shadow = serializers.BooleanField()
    turns = serializers.SerializerMethodField()

    def get_turns(self, rotation: Any) -> list[str | None]:
        return [turn.user.email if turn.user else turn.team.slug if turn.team else None for turn in rotation.turns.all()]


class ScheduleSerializer(serializers.ModelSerializer):
    """A schedule with its rotations, the lower first."""

    team = serializers.CharField(source="team.slug", read_only=True)
    rotations = RotationSerializer(many=True, read_only=True)

    class Meta:
        model = Schedule
        fields: ClassVar[list[str]] = ["slug", "name", "team", "time_zone", "description", "combination", "is_enabled", "rotations"]
        read_only_fields = fields


class ScheduleOverrideSerializer(serializers.ModelSerializer):
    """Somebody stands in."""

    user = serializers.SlugRelatedField(slug_field="email", queryset=PEOPLE, allow_null=True, required=False, default=None)
    reason = serializers.CharField(max_length=200, required=False, default="")
    rotations = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)

    class Meta:
        model = Override
        fields: ClassVar[list[str]] = ["id", "user", "starts_at", "ends_at", "rotations", "reason"]


class ShiftSerializer(serializers.Serializer):
    """A stretch of the final schedule; people is empty when nobody is on call."""

    begin = serializers.DateTimeField()
    end = serializers.DateTimeField()
    people = serializers.ListField(child=serializers.EmailField())
    origin = serializers.CharField(allow_blank=True)
    origin_id = serializers.IntegerField(allow_null=True)


class OnCallSerializer(serializers.Serializer):
    """Who is on call at an instant, until when, and who comes next."""

    at = serializers.DateTimeField()
    people = serializers.ListField(child=serializers.EmailField())
    until = serializers.DateTimeField(allow_null=True)
    next = serializers.ListField(child=serializers.EmailField())


class IntervalSerializer(serializers.Serializer):
    """From when to when; a week from now when nothing is said."""

    begin = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)


class InstantSerializer(serializers.Serializer):
    """An instant; now when nothing is said."""

    at = serializers.DateTimeField(required=False)


class ScheduleViewSet(ForPerson, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Schedules by short name. Making and changing them is the administration's."""

    lookup_field = "slug"
    serializer_class = ScheduleSerializer
    filterset_fields: ClassVar[list[str]] = ["team__slug", "is_enabled"]
    queryset = Schedule.objects.none()

    def get_queryset(self) -> QuerySet[Schedule]:
        return queries.schedules_for(self.person).prefetch_related("rotations__turns__user", "rotations__turns__team")

    @extend_schema(parameters=[OpenApiParameter("at", datetime)], responses=OnCallSerializer)
    @action(detail=True, url_path="on-call", filterset_fields=None)
    def on_call(self, request: Request, slug: str) -> Response:
        """Who is on call."""
        schedule = self.get_object()
        at = checked(InstantSerializer, request.query_params).get("at") or clock.now()
        plan = queries.stored(schedule, at, at + rota.HORIZON)
        following = rota.next_on_call(plan, at)
        told = {
            "at": at, "people": _emails(rota.people_at(plan, at)), "until": rota.until(plan, at), "next": _emails(following.people) if following else [],
        }  # fmt: skip
        return Response(OnCallSerializer(told).data)

    @extend_schema(parameters=[OpenApiParameter("begin", datetime), OpenApiParameter("end", datetime)], responses=ShiftSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_fields=None)
    def timeline(self, request: Request, slug: str) -> Response:
        """The final schedule of an interval of at most 100 days."""
        schedule = self.get_object()
        given = checked(IntervalSerializer, request.query_params)
        begin = given.get("begin") or clock.now()
        end = given.get("end") or begin + timedelta(days=7)
        if not begin < end <= begin + LONGEST:
            raise errors.Invalid("end", _("Ask for an interval that goes forward, of at most 100 days."))
        plan = queries.stored(schedule, begin, end)
        names = timeline.Names.of([plan])
        told = [
            {
                "begin": one.begin, "end": one.end, "people": [user.email for user in names.people(one.people)],
                "origin": one.shifts[0].source if one.shifts else "", "origin_id": one.shifts[0].source_id if one.shifts else None,
            }
            for one in rota.final(plan, begin, end)
        ]  # fmt: skip
        return Response(ShiftSerializer(told, many=True).data)

    @extend_schema(request=ScheduleOverrideSerializer, responses={201: ScheduleOverrideSerializer})
    @action(detail=True, methods=["post"], url_path="override")
    def override(self, request: Request, slug: str) -> Response:
        """Puts somebody on call; `user` null means no one."""
        given = checked(ScheduleOverrideSerializer, request.data)
        made = cover.add_override(
            self.get_object(),
            given["user"],
            given["starts_at"],
            given["ends_at"],
            actor=self.person,
            rotations=given["rotations"],
            reason=given["reason"],
        )
        return Response(ScheduleOverrideSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="overrides/(?P<override_id>[0-9]{1,18})/cancel")
    def cancel_override(self, request: Request, slug: str, override_id: str) -> Response:
        """Takes an override back."""
        self.get_object()
        cover.cancel_override(queries.override_for(self.person, int(override_id), slug), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _emails(participants: Any) -> list[str]:
    return [user.email for user in queries.people_of(participants)]
