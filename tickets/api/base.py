"""What every verb of a ticket's API stands on."""

from typing import Any

from django.http import Http404
from rest_framework import serializers, status, viewsets
from rest_framework.response import Response

from accounts.authentication import ForPerson
from common.api import checked
from tickets import permissions, queries
from tickets.api import versions
from tickets.models import Ticket


class TicketBase(ForPerson, viewsets.GenericViewSet):
    """One ticket by key, as the person behind the request may see it."""

    kind = ""

    def get_object(self) -> Ticket:
        return queries.ticket_for(self.person, self.kwargs["key"], kind=self.kind)

    def inside(self) -> Ticket:
        """The ticket for what only the desk may read. Raises Http404 for its reporter."""
        ticket = self.get_object()
        if not permissions.can_see_internal(self.person, ticket):
            raise Http404
        return ticket

    def answer(self, ticket: Ticket, http_status: int = status.HTTP_200_OK) -> Response:
        """The record as it stands now."""
        found = queries.ticket_for(self.person, ticket.key)
        return Response(self.get_serializer(found).data, status=http_status, headers=versions.etag(found.version))

    def given(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        """The checked body of the request."""
        return checked(serializer, self.request.data)
