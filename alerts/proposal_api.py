"""Proposed incidents over REST: what happens together, and what somebody makes of it (ALR-16)."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from alerts import proposal_queries, queries
from alerts.actions import proposals
from alerts.models import Correlation
from common import paging


class ProposalSerializer(serializers.ModelSerializer):
    """A proposed incident. title: what it would be called. words: why. size: of how many alerts; open: how many of them are not closed."""

    rule = serializers.CharField(source="rule.name", default=None, read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    incident = serializers.CharField(source="group.incident.key", default=None, read_only=True)
    decided_by = serializers.CharField(source="decided_by.email", default=None, read_only=True)
    size = serializers.IntegerField(read_only=True)
    open = serializers.IntegerField(read_only=True)

    class Meta:
        model = Correlation
        fields: ClassVar[list[str]] = [
            "id", "state", "title", "words", "rule", "leader", "size", "open", "first_at", "last_at", "group", "incident", "decided_by", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class ProposalViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Incidents that correlation rules propose, and groups that they formed, the newest first. Its alerts: /api/v1/alerts/?correlation=ID."""

    serializer_class = ProposalSerializer
    filterset_fields: ClassVar[list[str]] = ["state"]
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar[dict[str, Any]] = {"newest": (paging.Key("id", is_descending=True),)}
    queryset = Correlation.objects.none()

    def get_queryset(self) -> QuerySet[Correlation]:
        return proposal_queries.proposals_for(self.person)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Proposals by state."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([self.told(row) for row in page])

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One proposal."""
        return Response(self.told(self.get_object()))

    def told(self, row: Correlation) -> Any:
        """As it is answered; an incident that this person may not see is not named."""
        if row.group is not None:
            queries.veil(self.person, [row.group])
        return ProposalSerializer(row).data

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Its alerts become one group with one incident."""
        proposals.accept(self.get_object(), actor=self.person)
        return Response(self.told(self.get_object()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """It is no incident; alerts that join it later propose nothing."""
        proposals.dismiss(self.get_object(), actor=self.person)
        return Response(self.told(self.get_object()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Takes a dismissal back."""
        proposals.restore(self.get_object(), actor=self.person)
        return Response(self.told(self.get_object()))
