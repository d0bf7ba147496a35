"""Tickets over REST: the base that each kind's viewset builds on, one POST per verb."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Team, User
from fields import queries as fields
from fields import values
from services.models import Service
from tickets import downloads, filters, permissions, queries, queues, records
from tickets.actions import comparing, conversation, editing, lifecycle
from tickets.api import listing, versions
from tickets.api.clocks import ClockVerbs
from tickets.api.comments import CommentVerbs
from tickets.api.paging import PagingVerbs
from tickets.api.priority import PriorityVerbs
from tickets.api.record import RecordVerbs
from tickets.api.screens import ScreenVerbs
from tickets.models import Attachment, Category, HoldReason, ResolutionCode, SlaClock, Ticket


class CategorySerializer(serializers.ModelSerializer):
    """A category; `name` of a subcategory includes the one above."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Category
        fields: ClassVar[list[str]] = ["id", "kind", "name", "parent"]
        read_only_fields = fields


class ClockSerializer(serializers.ModelSerializer):
    """An SLA clock. due_at: when the target is used up, of a stopped one when it would have been; empty while paused before that.

    used_seconds is empty while running.
    """

    class Meta:
        model = SlaClock
        fields: ClassVar[list[str]] = [
            "metric",
            "cycle",
            "state",
            "target_seconds",
            "started_at",
            "due_at",
            "stopped_at",
            "used_seconds",
            "breached_at",
        ]
        read_only_fields = fields


class AttachmentSerializer(serializers.ModelSerializer):
    """A file on a ticket."""

    class Meta:
        model = Attachment
        fields: ClassVar[list[str]] = ["id", "name", "size", "content_type", "digest", "is_internal", "created_at"]
        read_only_fields = fields


class TicketListSerializer(serializers.ModelSerializer):
    """A ticket as lists show it."""

    status = serializers.CharField(source="status.key", read_only=True)
    service = serializers.CharField(source="service.slug", default=None, read_only=True)
    team = serializers.CharField(source="team.slug", default=None, read_only=True)
    assignee = serializers.CharField(source="assignee.email", default=None, read_only=True)
    reporter = serializers.CharField(source="reporter.email", default=None, read_only=True)

    class Meta:
        model = Ticket
        fields: ClassVar[list[str]] = [
            "key", "kind", "summary", "status", "is_open", "priority", "service", "team", "assignee", "reporter", "channel", "labels",
            "major_state", "sla_due_at", "reported_at", "created_at", "updated_at", "resolved_at", "closed_at", "comment_count", "version",
            "support_level", "reassignment_count", "reopen_count", "escalation_count",
        ]  # fmt: skip
        read_only_fields = fields


class TicketSerializer(TicketListSerializer):
    """A ticket with everything its page shows."""

    owner_team = serializers.CharField(source="owner_team.slug", default=None, read_only=True)
    resolution = serializers.CharField(source="resolution.slug", default=None, read_only=True)
    hold_reason = serializers.CharField(source="hold_reason.slug", default=None, read_only=True)
    category = serializers.IntegerField(source="category_id", allow_null=True, read_only=True)
    services = serializers.SerializerMethodField()
    custom = serializers.SerializerMethodField()
    merged_into = serializers.SerializerMethodField()
    priority_reason = serializers.SerializerMethodField()
    sla = serializers.SerializerMethodField()

    class Meta(TicketListSerializer.Meta):
        fields: ClassVar[list[str]] = [
            *TicketListSerializer.Meta.fields, "description", "impact", "is_impact_given", "is_priority_manual", "priority_reason", "urgency",
            "category", "services", "owner_team", "resolution", "hold_reason", "pending_reason", "merged_into", "follow_up_at", "is_restricted",
            "custom", "sla",
        ]  # fmt: skip
        read_only_fields = fields

    def get_services(self, ticket: Ticket) -> list[str]:
        """All affected services by short name, the primary one first."""
        return [service.slug for service in records.services_of(ticket)]

    def get_custom(self, ticket: Ticket) -> dict[str, Any]:
        """The custom fields by key, also retired ones that have a value; people by e-mail address."""
        return values.told(fields.all_of(ticket.kind), ticket.custom)

    def get_priority_reason(self, ticket: Ticket) -> str:
        """Why somebody set the priority by hand; empty for who may not read internal notes."""
        return ticket.priority_reason if permissions.can_see_internal(self.context["request"].user, ticket) else ""

    def get_merged_into(self, ticket: Ticket) -> str | None:
        """The key of the ticket that this one was merged into, for whom may see it."""
        rows = queries.tickets_for(self.context["request"].user).filter(pk=ticket.merged_into_id) if ticket.merged_into_id else []
        return next((row.key for row in rows), None)

    @extend_schema(responses=ClockSerializer(many=True))
    def get_sla(self, ticket: Ticket) -> list[dict[str, Any]]:
        """The clocks of the newest cycle."""
        return ClockSerializer(queries.clocks_of(ticket), many=True).data  # type: ignore[return-value]


class TicketFieldsSerializer(serializers.Serializer):
    """What a client may set on a ticket."""

    summary = serializers.CharField(max_length=1000)
    description = serializers.CharField(allow_blank=True, required=False, max_length=60_000, trim_whitespace=False)
    service = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.select_related("tier", "owner_team"), allow_null=True, required=False
    )
    services = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.select_related("tier", "owner_team"), many=True, required=False,
        help_text="All affected services, the primary one first; `service` beside it names the primary one",
    )  # fmt: skip
    impact = serializers.IntegerField(min_value=1, max_value=4, allow_null=True, required=False, help_text="Empty: from the tier of the service")
    urgency = serializers.IntegerField(min_value=1, max_value=4, required=False)
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all(), allow_null=True, required=False)
    reporter = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.filter(is_active=True), allow_null=True, required=False)
    labels = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=20)
    is_restricted = serializers.BooleanField(required=False)
    custom = serializers.DictField(required=False, help_text="Custom fields by key; those not named stay, null empties one")


def affected_services(wanted: dict[str, Any]) -> list[Service] | None:
    """Takes `services` out of a body, and with them `service`, which then goes in front; None when only `service` was named, or none."""
    if "services" not in wanted:
        return None
    chosen: list[Service] = wanted.pop("services")
    primary = wanted.pop("service", None)
    return chosen if primary is None else [primary, *(service for service in chosen if service.pk != primary.pk)]


class TicketEditSerializer(TicketFieldsSerializer):
    """Changes; `version` from the last read says what was looked at, as If-Match does."""

    summary = serializers.CharField(max_length=1000, required=False)
    version = serializers.IntegerField(required=False, min_value=1)


class AssignSerializer(serializers.Serializer):
    """Whom it goes to; null takes it away, a field left out stays."""

    assignee = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.filter(is_active=True), allow_null=True, required=False)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Give assignee, team, or both.")
        return attrs


class AskedSerializer(serializers.Serializer):
    """Fields of the ticket that a move may ask for besides its own: see `required` and `asked` of the move."""

    service = serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.select_related("tier", "owner_team"), required=False)
    impact = serializers.IntegerField(min_value=1, max_value=4, required=False)
    urgency = serializers.IntegerField(min_value=1, max_value=4, required=False)
    summary = serializers.CharField(max_length=1000, required=False)
    description = serializers.CharField(required=False, max_length=60_000, trim_whitespace=False)
    labels = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=20)
    custom = serializers.DictField(required=False)


class MessageSerializer(serializers.Serializer):
    """What goes with a move to the end."""

    message = serializers.CharField(
        required=False, allow_blank=True, max_length=60_000, trim_whitespace=False, help_text="A public comment that tells the reporter; Markdown"
    )


class ResolveSerializer(MessageSerializer, AskedSerializer):
    """How it was resolved."""

    resolution = serializers.SlugRelatedField(slug_field="slug", queryset=ResolutionCode.objects.all())
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all(), required=False)


class ReasonSerializer(MessageSerializer, AskedSerializer):
    """Why."""

    reason = serializers.CharField(max_length=200)


HOLD_REASON: Any = {"slug_field": "slug", "queryset": HoldReason.objects.filter(retired_at__isnull=True)}


class HoldSerializer(AskedSerializer):
    """What it waits for: the on-hold reason, the details in words, and when it comes back to work by itself."""

    hold_reason = serializers.SlugRelatedField(**HOLD_REASON)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    follow_up_at = serializers.DateTimeField(required=False, allow_null=True)


class TransitionSerializer(MessageSerializer, AskedSerializer):
    """A move of the workflow by its verb, with what it requires; `version` from the last read makes it fail with 409 when somebody was faster."""

    verb = serializers.CharField(max_length=40)
    version = serializers.IntegerField(required=False, min_value=1)
    hold_reason = serializers.SlugRelatedField(**HOLD_REASON, required=False)
    follow_up_at = serializers.DateTimeField(required=False, allow_null=True)
    resolution = serializers.SlugRelatedField(slug_field="slug", queryset=ResolutionCode.objects.all(), required=False)
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all(), required=False)
    reason = serializers.CharField(max_length=200, required=False)


class OfferedTransitionSerializer(serializers.Serializer):
    """A move that this user may make now."""

    verb = serializers.CharField()
    name = serializers.CharField()
    target = serializers.CharField(source="target.key")
    required = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]  # the name a client reads
    asked = serializers.ListField(child=serializers.CharField())


class UploadSerializer(serializers.Serializer):
    """A file as multipart form data."""

    file = serializers.FileField()
    is_internal = serializers.BooleanField(default=True)


class TicketViewSet(PagingVerbs, RecordVerbs, ClockVerbs, PriorityVerbs, ScreenVerbs, CommentVerbs, mixins.ListModelMixin):
    """Tickets of one kind by key. A kind's app subclasses it with `kind` and a serializer of its own page."""

    lookup_field = "key"
    lookup_value_regex = "[A-Za-z]+-[0-9]+"
    serializer_class: Any = TicketSerializer
    filterset_class = filters.TicketFilter
    sorts = queues.SORTS
    queryset = Ticket.objects.none()

    def get_queryset(self) -> QuerySet[Ticket]:
        return queries.tickets_for(self.person).filter(kind=self.kind)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(listing.searched(self, queryset))

    def answer_if_seen(self, ticket: Ticket) -> Response:
        """The record as it stands now; 204 when this very change took it out of the actor's sight."""
        if not self.get_queryset().filter(pk=ticket.pk).exists():
            return Response(status=status.HTTP_204_NO_CONTENT)
        return self.answer(ticket)

    @extend_schema(responses=TicketListSerializer(many=True), parameters=[listing.JQL])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tickets by filter; `?state=open` gives the open ones, in the order of work: priority, SLA time left, age. `?jql=` asks by a query."""
        return listing.listed(self, TicketListSerializer)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One record. Its ETag is the version that a change can name."""
        ticket = self.get_object()
        return Response(self.get_serializer(ticket).data, headers=versions.etag(ticket.version))

    @extend_schema(
        request=TicketEditSerializer, parameters=[versions.IF_MATCH], responses={200: TicketSerializer, 409: versions.OverwrittenSerializer}
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes fields. With `If-Match` (or `version`) what others changed meanwhile stays, and a field that both changed answers 409."""
        wanted = self.given(TicketEditSerializer)
        version = versions.wanted(request, wanted.pop("version", None))
        chosen = affected_services(wanted)
        if chosen is not None:
            wanted["services"] = chosen
        ticket = self.get_object()
        try:
            return self.answer_if_seen(editing.edit(ticket, actor=self.person, expected_version=version, **wanted))
        except comparing.Overwritten as error:
            return versions.overwritten(error, self.answer(ticket).data, request.data)

    @extend_schema(request=AssignSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, key: str) -> Response:
        """Gives it to a person and/or a team."""
        return self.answer_if_seen(editing.assign(self.get_object(), actor=self.person, **self.given(AssignSerializer)))

    @extend_schema(request=ResolveSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, key: str) -> Response:
        """Resolves it."""
        return self.answer(lifecycle.resolve(self.get_object(), actor=self.person, **self.given(ResolveSerializer)))

    @extend_schema(request=MessageSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, key: str) -> Response:
        """Closes a resolved ticket; only the service desk may."""
        return self.answer(lifecycle.close(self.get_object(), actor=self.person, **self.given(MessageSerializer)))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, key: str) -> Response:
        """Brings a resolved or closed ticket back to work."""
        return self.answer(lifecycle.reopen(self.get_object(), actor=self.person))

    @extend_schema(request=HoldSerializer)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, key: str) -> Response:
        """Waits for somebody else; the resolution clock pauses when the on-hold reason says so."""
        return self.answer(lifecycle.hold(self.get_object(), actor=self.person, **self.given(HoldSerializer)))

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, key: str) -> Response:
        """Ends a ticket that should not have been one."""
        return self.answer(lifecycle.cancel(self.get_object(), actor=self.person, **self.given(ReasonSerializer)))

    @extend_schema(request=TransitionSerializer)
    @action(detail=True, methods=["post"])
    def transition(self, request: Request, key: str) -> Response:
        """Moves it along its workflow by any verb that `transitions` offers."""
        wanted = self.given(TransitionSerializer)
        verb, version = wanted.pop("verb"), wanted.pop("version", None)
        return self.answer(lifecycle.transition(self.get_object(), verb, actor=self.person, expected_version=version, **wanted))

    @extend_schema(responses=OfferedTransitionSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def transitions(self, request: Request, key: str) -> Response:
        """The moves that this user may make now."""
        return Response(OfferedTransitionSerializer(queries.offered_transitions(self.person, self.get_object()), many=True).data)

    @extend_schema(responses=AttachmentSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def attachments(self, request: Request, key: str) -> Response:
        """The files this user may download."""
        return Response(AttachmentSerializer(queries.attachments_for(self.person, self.get_object()), many=True).data)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: AttachmentSerializer})
    @action(detail=True, methods=["post"], parser_classes=[parsers.MultiPartParser])
    def attach(self, request: Request, key: str) -> Response:
        """Adds a file."""
        wanted = self.given(UploadSerializer)
        added = conversation.attach(self.get_object(), actor=self.person, upload=wanted["file"], is_internal=wanted["is_internal"])
        return Response(AttachmentSerializer(added).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, url_path="attachments/(?P<attachment>[0-9]+)", pagination_class=None)
    def download(self, request: Request, key: str, attachment: str) -> FileResponse:
        """A file, as a download."""
        return downloads.download(self.person, self.get_object(), int(attachment))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def watch(self, request: Request, key: str) -> Response:
        """Wants to hear of it."""
        conversation.watch(self.get_object(), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def unwatch(self, request: Request, key: str) -> Response:
        """Has heard enough."""
        conversation.unwatch(self.get_object(), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CategoryViewSet(viewsets.ReadOnlyModelViewSet):
    """Categories in use."""

    serializer_class = CategorySerializer
    queryset = Category.objects.filter(retired_at__isnull=True).select_related("parent")
    filterset_fields: ClassVar[list[str]] = ["kind"]
