"""Tickets of every kind over REST."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from tickets import filters, queries, queues
from tickets.api import listing
from tickets.api.tickets import TicketListSerializer
from tickets.models import Ticket


class AllTicketsViewSet(ForPerson, viewsets.GenericViewSet):
    """Tickets of every kind that the caller may see, by filter or query. A record itself is read at its kind's own address."""

    serializer_class: Any = TicketListSerializer
    filterset_class = filters.TicketFilter
    queryset = Ticket.objects.none()
    sorts = queues.SORTS

    def get_queryset(self) -> QuerySet[Ticket]:
        return queries.tickets_for(self.person)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(listing.searched(self, queryset))

    @extend_schema(responses=TicketListSerializer(many=True), parameters=[listing.JQL])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tickets of every kind; `?jql=` asks by a query."""
        return listing.listed(self, TicketListSerializer)
