"""What a person may do, and why, over REST."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import permissions as accounts
from accounts import queries as people
from accounts.models import User
from tickets import queries, sight


class InTeamSerializer(serializers.Serializer):
    """A role that somebody holds within a team."""

    role = serializers.CharField()
    team = serializers.CharField()


class HeldRightSerializer(serializers.Serializer):
    """A right of the product, and why the person has it or not."""

    right = serializers.CharField()
    meaning = serializers.CharField()
    is_held = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    in_teams = InTeamSerializer(many=True)
    reason = serializers.CharField()


class AnswerSerializer(serializers.Serializer):
    """A verb on the ticket, and why the person may use it or not."""

    verb = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name a client reads
    is_allowed = serializers.BooleanField()
    reason = serializers.CharField()


class PersonRightsSerializer(serializers.Serializer):
    """The rights of a person; `ticket` and `answers` only when one was asked for."""

    person = serializers.CharField(source="email")
    is_active = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    rights = HeldRightSerializer(many=True)
    ticket = serializers.CharField(allow_null=True)
    answers = AnswerSerializer(many=True)


class PersonRightsView(APIView):
    """Effective permissions: the own ones, for admins those of everybody."""

    @extend_schema(
        parameters=[OpenApiParameter("ticket", str, description="A key such as INC-1042: why the person can or cannot see it and use its verbs.")],
        responses=PersonRightsSerializer,
    )
    def get(self, request: Request, user_id: int) -> Response:
        """Every right with the roles it comes from."""
        asker: Any = request.user
        person = get_object_or_404(User, pk=user_id)
        if not accounts.can_see_rights(asker, person):
            raise Http404
        key = request.query_params.get("ticket", "").strip()
        ticket = queries.ticket_for(asker, key) if key else None
        told = {
            "email": person.email,
            "is_active": person.is_active,
            "roles": [role.slug for role in person.roles.order_by("name")],
            "rights": people.rights_of(person),
            "ticket": ticket.key if ticket else None,
            "answers": sight.answers(person, ticket) if ticket else [],
        }
        return Response(PersonRightsSerializer(told).data)
