"""The completion of queries over REST."""

from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api import checked
from common.query import suggesting
from common.query.asking import Asker
from common.query.tokens import LONGEST


class AskedSerializer(serializers.Serializer):
    """A query that is being written, and where the cursor stands in it (0 is in front of everything; by default at its end)."""

    jql = serializers.CharField(allow_blank=True, default="", max_length=LONGEST, trim_whitespace=False)
    cursor = serializers.IntegerField(required=False, min_value=0, max_value=LONGEST)


class SuggestionSerializer(serializers.Serializer):
    """A text that may stand there: a field, an operator, a value, a function or a keyword."""

    kind = serializers.CharField()
    text = serializers.CharField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # the name a client reads


class CompletionSerializer(serializers.Serializer):
    """Suggestions, and the offsets of the text that one of them replaces."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()
    suggestions = SuggestionSerializer(many=True)


class SuggestView(APIView):
    """The completion of a query about tickets."""

    @extend_schema(parameters=[AskedSerializer], responses=CompletionSerializer)
    def get(self, request: Request) -> Response:
        """What may stand at the cursor, the most likely first; only names that the caller may know."""
        asked = checked(AskedSerializer, request.query_params.dict())
        user = request.user
        asker = Asker(user, clock.now(), ZoneInfo(user.time_zone))  # type: ignore[union-attr]  # TokenScope refuses anonymous
        text = asked["jql"]
        return Response(CompletionSerializer(suggesting.suggest(text, asked.get("cursor", len(text)), "ticket", asker)).data)
