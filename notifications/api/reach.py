"""How the person is reached, over REST: contact methods with their proof, personal rules, quiet hours. Everything is the person's own."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from common import errors
from common.api import checked
from notifications import queries
from notifications.actions import contacts
from notifications.models import ContactMethod, PersonalRule

NUMBER = "[0-9]{1,18}"


class ContactMethodSerializer(serializers.ModelSerializer):
    """A way to be reached. It is used only after it was verified; broken_since: since when it fails."""

    class Meta:
        model = ContactMethod
        fields: ClassVar[list[str]] = ["id", "channel", "name", "address", "verified_at", "broken_since", "created_at"]
        read_only_fields = fields


class NewContactSerializer(serializers.Serializer):
    """A new way. secret: what the channel needs beside the address, such as a token; it is not shown again. The channel `app` is the banner."""

    channel = serializers.CharField(max_length=20)
    address = serializers.CharField(max_length=500, required=False, default="")
    name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    secret = serializers.CharField(max_length=500, required=False, allow_blank=True, default="", write_only=True)


class ContactNameSerializer(serializers.Serializer):
    """What the person calls it."""

    name = serializers.CharField(max_length=60)


class CodeSerializer(serializers.Serializer):
    """The six digits that came by the way itself."""

    code = serializers.CharField(max_length=20)


class ContactChannelSerializer(serializers.Serializer):
    """A channel of this installation. address, secret: what these fields stand for; an empty secret is none."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a column of the answer, not the label of the field
    address = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)
    secret = serializers.CharField(allow_blank=True)
    is_secret_required = serializers.BooleanField()


class _Own(ForPerson, viewsets.GenericViewSet):
    """Of the person behind the request, who works at the desk."""

    lookup_value_regex = NUMBER

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As for the screens: whoever does not work at the desk is not paged."""
        super().initial(request, *args, **kwargs)
        if not self.person.has_right("desk.access"):
            raise Http404


class ContactMethodViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, _Own):
    """The ways by which the person is reached."""

    serializer_class = ContactMethodSerializer
    queryset = ContactMethod.objects.none()

    def get_queryset(self) -> QuerySet[ContactMethod]:
        return ContactMethod.objects.filter(user_id=self.person.pk)

    @extend_schema(request=NewContactSerializer, responses={201: ContactMethodSerializer})
    def create(self, request: Request) -> Response:
        """Adds a way; its code leaves at once. Another address is another way."""
        given = checked(NewContactSerializer, request.data)
        made = contacts.add_banner(actor=self.person) if given["channel"] == "app" else contacts.add(actor=self.person, **given)
        return Response(ContactMethodSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ContactNameSerializer, responses=ContactMethodSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes the name."""
        given = checked(ContactNameSerializer, request.data)
        return Response(ContactMethodSerializer(contacts.rename(self.get_object(), actor=self.person, **given)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Removes it with its rules; what waits for it goes another way."""
        contacts.remove(self.get_object(), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ContactMethodSerializer)
    @action(detail=True, methods=["post"], url_path="send-code")
    def send_code(self, request: Request, pk: str) -> Response:
        """Sends another code, at most one a minute."""
        return Response(ContactMethodSerializer(contacts.send_code(self.get_object(), actor=self.person)).data)

    @extend_schema(request=CodeSerializer, responses=ContactMethodSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """Proves it by the code; five wrong ones end the code."""
        given = checked(CodeSerializer, request.data)
        return Response(ContactMethodSerializer(contacts.verify(self.get_object(), actor=self.person, **given)).data)

    @extend_schema(responses=ContactChannelSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None)
    def channels(self, request: Request) -> Response:
        """The channels by which somebody can be reached here."""
        return Response(ContactChannelSerializer(contacts.usable_kinds(), many=True).data)


class PersonalRuleSerializer(serializers.ModelSerializer):
    """A step: for an event of an urgency, after so many minutes, this contact method."""

    delay = serializers.IntegerField(source="delay_minutes")
    contact = serializers.PrimaryKeyRelatedField(read_only=True)

    class Meta:
        model = PersonalRule
        fields: ClassVar[list[str]] = ["id", "event", "urgency", "delay", "contact"]
        read_only_fields = fields


class RuleGivenSerializer(serializers.Serializer):
    """A step as it is given. contact: the id of a verified contact method of one's own. delay: minutes, at most 1440."""

    event = serializers.ChoiceField(choices=PersonalRule.EVENTS)
    urgency = serializers.ChoiceField(choices=PersonalRule.URGENCIES, default=PersonalRule.IMPORTANT)
    delay = serializers.IntegerField(min_value=0, max_value=1440, default=0)
    contact = serializers.IntegerField(min_value=1, max_value=2**62)


class QuietHoursSerializer(serializers.Serializer):
    """When ordinary pages wait, on the person's own clock; weekdays: 0 is Monday, none for every day. from_at is null when there are none."""

    from_at = serializers.TimeField(format="%H:%M", allow_null=True)
    until_at = serializers.TimeField(format="%H:%M", allow_null=True)
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), max_length=7, default=list)
    lets_important = serializers.BooleanField(default=True)


class QuietGivenSerializer(QuietHoursSerializer):
    """Quiet hours as they are given."""

    from_at = serializers.TimeField(format="%H:%M")
    until_at = serializers.TimeField(format="%H:%M")


NO_QUIET_HOURS = {"from_at": None, "until_at": None, "weekdays": [], "lets_important": True}


class PersonalRuleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, _Own):
    """The person's own rules, and his quiet hours."""

    serializer_class = PersonalRuleSerializer
    queryset = PersonalRule.objects.none()

    def get_queryset(self) -> QuerySet[PersonalRule]:
        return PersonalRule.objects.filter(user_id=self.person.pk)

    def _given(self) -> dict[str, Any]:
        given = checked(RuleGivenSerializer, self.request.data)
        contact = ContactMethod.objects.filter(user_id=self.person.pk, pk=given["contact"]).first()
        if contact is None:
            raise errors.Invalid("contact", _("You have no such contact method."))
        return {**given, "contact": contact}

    @extend_schema(request=RuleGivenSerializer, responses={201: PersonalRuleSerializer})
    def create(self, request: Request) -> Response:
        """Adds a step; the same again is the same."""
        made = contacts.add_rule(actor=self.person, **self._given())
        return Response(PersonalRuleSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RuleGivenSerializer, responses=PersonalRuleSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Replaces a step."""
        rule = self.get_object()
        return Response(PersonalRuleSerializer(contacts.change_rule(rule, actor=self.person, **self._given())).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Removes a step."""
        contacts.remove_rule(self.get_object(), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=QuietHoursSerializer, filters=False)
    @action(detail=False, pagination_class=None, url_path="quiet-hours")
    def quiet_hours(self, request: Request) -> Response:
        """The quiet hours."""
        return Response(QuietHoursSerializer(queries.quiet_hours_of(self.person) or NO_QUIET_HOURS).data)

    @extend_schema(request=QuietGivenSerializer, responses=QuietHoursSerializer)
    @quiet_hours.mapping.put
    def set_quiet_hours(self, request: Request) -> Response:
        """Sets them."""
        return Response(QuietHoursSerializer(contacts.set_quiet_hours(actor=self.person, **checked(QuietGivenSerializer, request.data))).data)

    @extend_schema(responses={204: None})
    @quiet_hours.mapping.delete
    def drop_quiet_hours(self, request: Request) -> Response:
        """Ends them."""
        contacts.drop_quiet_hours(actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
