"""Why an SLA clock shows what it shows, over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from tickets import explaining
from tickets.api.base import TicketBase

MOST_LINES = 2_000


class LineSerializer(serializers.Serializer):
    """A stretch of a clock: why is open, closed, holiday or paused; only open ones count."""

    begin = serializers.DateTimeField()
    end = serializers.DateTimeField()
    why = serializers.CharField()
    reason = serializers.CharField()
    seconds = serializers.IntegerField()
    is_counted = serializers.BooleanField()


class ExplanationSerializer(serializers.Serializer):
    """One cycle of a metric. used_seconds is the sum of the lines that count, still_seconds of the others; folded lines are in the sums only."""

    metric = serializers.CharField()
    name = serializers.CharField()
    cycle = serializers.IntegerField()
    state = serializers.CharField()
    goal = serializers.CharField()
    calendar = serializers.CharField()
    target_seconds = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    used_seconds = serializers.IntegerField()
    still_seconds = serializers.IntegerField()
    remaining_seconds = serializers.IntegerField()
    folded = serializers.IntegerField()
    lines = LineSerializer(many=True)


class ClockVerbs(TicketBase):
    """What only the desk reads of a ticket's clocks."""

    @extend_schema(responses=ExplanationSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def sla(self, request: Request, key: str) -> Response:
        """Why each SLA clock shows what it shows: every stretch with its reason, earlier cycles too."""
        found = explaining.explain(self.inside(), clock.now(), most=MOST_LINES)
        return Response(ExplanationSerializer(found, many=True).data)
