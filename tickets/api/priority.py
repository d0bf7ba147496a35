"""The priority of a ticket over REST: why, by hand, and back."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.actions import prioritising
from tickets.api.base import TicketBase


class OverrideSerializer(serializers.Serializer):
    """A priority from 1 (highest) to 5, and why."""

    priority = serializers.IntegerField(min_value=1, max_value=5)
    reason = serializers.CharField(max_length=200)


class PriorityVerbs(TicketBase):
    """What a ticket's viewset offers for its priority."""

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=True, pagination_class=None)
    def priority(self, request: Request, key: str) -> Response:
        """Why it has its priority: impact, urgency, the matrix, the rules that applied, and what was set by hand."""
        return Response(prioritising.explain(self.inside()))

    @extend_schema(request=OverrideSerializer)
    @action(detail=True, methods=["post"])
    def override_priority(self, request: Request, key: str) -> Response:
        """Sets the priority by hand; computing leaves it alone from then on."""
        return self.answer(prioritising.override(self.get_object(), actor=self.person, **self.given(OverrideSerializer)))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def return_priority(self, request: Request, key: str) -> Response:
        """Gives the priority back to the matrix."""
        return self.answer(prioritising.return_to_computed(self.get_object(), actor=self.person))
