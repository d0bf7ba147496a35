"""The screens of a kind of ticket over REST: which fields a client may, must and cannot set (FRM-02, FRM-04)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from fields.models import Definition
from fields.values import default_of
from tickets import screens
from tickets.api.base import TicketBase


class PlaceSerializer(serializers.Serializer):
    """A field on a screen. type, options, default and help_text are those of a custom field, whose name begins with `custom.`."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name a client reads
    is_required = serializers.BooleanField()
    is_read_only = serializers.BooleanField(help_text="For the caller")
    type = serializers.ChoiceField(choices=Definition.TYPES, required=False)
    options = serializers.ListField(child=serializers.CharField(), required=False)
    default = serializers.JSONField(required=False)
    help_text = serializers.CharField(required=False)  # type: ignore[assignment]


class ScreensSerializer(serializers.Serializer):
    """The fields of each screen in order."""

    create = PlaceSerializer(many=True)  # type: ignore[assignment]  # the name a client reads
    edit = PlaceSerializer(many=True)
    view = PlaceSerializer(many=True)


class ScreenVerbs(TicketBase):
    """What the screens of this kind ask."""

    @extend_schema(responses=ScreensSerializer, filters=False)
    @action(detail=False, pagination_class=None)
    def screens(self, request: Request) -> Response:
        """The fields of the create, edit and view screens as they are for the caller, with the custom fields."""
        own = screens.Screens(self.kind, self.person)
        return Response({name: [_told(place) for place in own.on(name).shown] for name in (screens.CREATE, screens.EDIT, screens.VIEW)})


def _told(place: screens.Place) -> dict[str, Any]:
    told = {"name": place.name, "label": str(place.label), "is_required": place.is_required, "is_read_only": place.is_read_only}
    row = place.definition
    if row is None:
        return told
    return {**told, "type": row.field_type, "options": row.options, "default": default_of(row), "help_text": row.help_text}
