"""What the lists of tickets share: the query, its order, and the page."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from tickets import queries, queues
from tickets.models import Ticket

JQL = OpenApiParameter(
    "jql",
    OpenApiTypes.STR,
    description="A query such as `priority >= P2 AND assignee is EMPTY ORDER BY created`. Its ORDER BY holds unless `sort` is given. "
    "An error answers 400 with `position`, `length` and `suggestions` beside the message.",
)


def searched(view: Any, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets that also meet `?jql=`; its ORDER BY becomes the default order of the view."""
    text = view.request.query_params.get("jql")
    if not text:
        return tickets
    meant = queries.compiled(view.request.user, text)
    if meant.order:
        view.sorts = {"jql": queries.order_keys("", meant.order), **queues.SORTS}
    return tickets.filter(meant.condition)


def listed(view: Any, serializer: Any) -> Response:
    """A page of tickets: the ids in one query, the rows in another."""
    tickets = view.filter_queryset(view.get_queryset())
    columns = {key.column for keys in view.sorts.values() for key in keys if key.expression is None}
    page = view.paginate_queryset(tickets.only("pk", *columns))
    rows = queries.in_full([row.pk for row in page or []])
    return view.get_paginated_response(serializer(rows, many=True).data)  # type: ignore[no-any-return]
