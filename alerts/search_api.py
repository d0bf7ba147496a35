"""The completion of queries about alerts over REST (ALR-24)."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import ForPerson
from alerts import search_queries, suggesting
from alerts.opsgenie import language
from common.api import checked
from common.query.api import CompletionSerializer


class AlertQuerySerializer(serializers.Serializer):
    """A query that is being written, and where the cursor stands in it (0 is in front of everything; by default at its end)."""

    query = serializers.CharField(allow_blank=True, default="", max_length=language.LONGEST, trim_whitespace=False)
    cursor = serializers.IntegerField(required=False, min_value=0, max_value=language.LONGEST)


class AlertSuggestView(ForPerson, APIView):
    """The completion of a query about alerts, in Opsgenie's language."""

    @extend_schema(parameters=[AlertQuerySerializer], responses=CompletionSerializer)
    def get(self, request: Request) -> Response:
        """What may stand at the cursor, the most likely first."""
        asked = checked(AlertQuerySerializer, request.query_params.dict())
        text, user = asked["query"], self.person
        found = suggesting.suggest(text, asked.get("cursor", len(text)), lambda name, typed: search_queries.values(user, name, typed))
        return Response(CompletionSerializer(found).data)
