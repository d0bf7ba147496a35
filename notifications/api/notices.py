"""The own notifications and preferences over REST."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from common import api, paging
from notifications import queries, topics
from notifications.actions import notices, preferences
from notifications.models import Notice, Preferences


class NoticeSerializer(serializers.ModelSerializer):
    """One notice. `why` says why this person got it; `url` is a path of this installation."""

    why = serializers.CharField(read_only=True)

    class Meta:
        model = Notice
        fields: ClassVar[list[str]] = [
            "id", "topic", "reason", "why", "subject_type", "subject_id", "is_internal", "title", "text", "quote", "url", "created_at", "read_at",
        ]  # fmt: skip
        read_only_fields = fields


class PreferencesSerializer(serializers.Serializer):
    """How each topic reaches the person (email, digest, app, none), and how often a digest comes (daily, hourly)."""

    ways = serializers.DictField(child=serializers.CharField())
    digest = serializers.CharField()


class ReadAllSerializer(serializers.Serializer):
    """How many notices were unread."""

    read = serializers.IntegerField()


UNREAD = OpenApiParameter("unread", OpenApiTypes.BOOL, description="true: only what was not read yet")


@extend_schema_view(list=extend_schema(parameters=[UNREAD]))
class NoticeViewSet(ForPerson, mixins.ListModelMixin, viewsets.GenericViewSet):
    """What the person was told, newest first."""

    serializer_class = NoticeSerializer
    queryset = Notice.objects.none()
    sorts: ClassVar[dict[str, Any]] = {"newest": (paging.Key("id", is_descending=True),)}

    def get_queryset(self) -> QuerySet[Notice]:
        only_unread = self.request.query_params.get("unread", "").lower() in ("true", "1")
        return queries.notices_for(self.person, is_unread=only_unread)

    @extend_schema(request=None, responses=NoticeSerializer, parameters=[OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)])
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str = "") -> Response:
        """Marks one as read."""
        notice = queries.notice_for(self.person, int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
        return Response(NoticeSerializer(notices.read(notice, actor=self.person)).data)

    @extend_schema(request=None, responses=ReadAllSerializer)
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request) -> Response:
        """Marks all as read."""
        return Response({"read": notices.read_all(actor=self.person)})

    @extend_schema(responses=PreferencesSerializer)
    @action(detail=False, pagination_class=None)
    def preferences(self, request: Request) -> Response:
        """How the person hears of things: every topic with its way."""
        return Response(_shown(queries.preferences_of(self.person)))

    @extend_schema(request=PreferencesSerializer, responses=PreferencesSerializer)
    @preferences.mapping.put
    def change_preferences(self, request: Request) -> Response:
        """Replaces the person's choice; a topic that is left out takes its default."""
        wanted = api.checked(PreferencesSerializer, request.data)
        return Response(_shown(preferences.change(actor=self.person, **wanted)))


def _shown(chosen: Preferences) -> dict[str, Any]:
    return {"ways": {name: chosen.way(name) for name in topics.TOPICS}, "digest": chosen.digest}
