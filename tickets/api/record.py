"""The verbs of a record's page over REST: links, tasks, hand-overs, counters."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Team, User
from common import clock
from tickets import queries, records, relations, stays
from tickets.actions import admitting, confirmation, escalation, links, merging, tasks
from tickets.api.base import TicketBase
from tickets.models import Handover, Task, Ticket


class AdmittedSerializer(serializers.Serializer):
    """Somebody, or a team, whom a person let see a restricted ticket."""

    person = serializers.CharField(source="user.email", default=None)
    team = serializers.CharField(source="team.slug", default=None)
    added_by = serializers.CharField(source="added_by.email", default=None)
    added_at = serializers.DateTimeField()


class AdmitSerializer(serializers.Serializer):
    """The whole list: people by e-mail address and teams by short name. Whoever is not named is let in no more."""

    people = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.filter(is_active=True), many=True)
    teams = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), many=True)
    version = serializers.IntegerField(required=False, min_value=1)


class LinkSerializer(serializers.Serializer):
    """A link as this ticket reads it: "causes" here is "caused_by" at the other end."""

    id = serializers.IntegerField(source="pk")
    relation = serializers.CharField(source="reading")
    key = serializers.CharField(source="ticket.key")
    summary = serializers.CharField(source="ticket.summary")
    status = serializers.CharField(source="ticket.status.key")


class NewLinkSerializer(serializers.Serializer):
    """Another ticket by key, and how this one relates to it."""

    target = serializers.CharField(max_length=24)
    relation = serializers.ChoiceField(choices=list(relations.READINGS))


class UnlinkSerializer(serializers.Serializer):
    """The id of a link."""

    link = serializers.IntegerField(min_value=1)


class TaskSerializer(serializers.ModelSerializer):
    """A step of the work, in order of position."""

    owner = serializers.CharField(source="owner.email", default=None, read_only=True)
    done_by = serializers.CharField(source="done_by.email", default=None, read_only=True)

    class Meta:
        model = Task
        fields = ["id", "text", "owner", "due_on", "position", "is_mandatory", "after", "created_at", "done_at", "done_by"]
        read_only_fields = fields


class TaskChangeSerializer(serializers.Serializer):
    """What a client may set on a step."""

    text = serializers.CharField(max_length=1000, required=False)
    owner = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.filter(is_active=True), allow_null=True, required=False)
    due_on = serializers.DateField(allow_null=True, required=False)
    is_mandatory = serializers.BooleanField(required=False)
    after = serializers.PrimaryKeyRelatedField(queryset=Task.objects.all(), allow_null=True, required=False)


class NewTaskSerializer(TaskChangeSerializer):
    """A new step."""

    text = serializers.CharField(max_length=1000)


class MoveTaskSerializer(serializers.Serializer):
    """Where a step goes in the list."""

    direction = serializers.ChoiceField(choices=["up", "down"])


class RejectSerializer(serializers.Serializer):
    """What does not work yet."""

    reason = serializers.CharField(max_length=5_000)


class MergeSerializer(serializers.Serializer):
    """The ticket that takes this one, by key."""

    into = serializers.CharField(max_length=24)


class EscalateSerializer(serializers.Serializer):
    """The next level of support, and what it needs to know."""

    to_team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all())
    level = serializers.IntegerField(min_value=1, max_value=3)
    symptom = serializers.CharField(max_length=5_000)
    tried = serializers.CharField(max_length=5_000)
    evidence = serializers.CharField(max_length=5_000)


class HandoverSerializer(serializers.ModelSerializer):
    """One hop; held_seconds is how long the former team had the ticket."""

    actor = serializers.CharField(source="actor.email", default=None, read_only=True)
    from_team = serializers.CharField(source="from_team.slug", default=None, read_only=True)
    to_team = serializers.CharField(source="to_team.slug", read_only=True)
    from_level = serializers.IntegerField(read_only=True)
    to_level = serializers.IntegerField(read_only=True)

    class Meta:
        model = Handover
        fields = ["id", "at", "actor", "from_team", "to_team", "from_level", "to_level", "held_seconds", "symptom", "tried", "evidence"]
        read_only_fields = fields


class StaySerializer(serializers.Serializer):
    """A status or team by name, and the seconds spent there."""

    name = serializers.CharField()
    seconds = serializers.IntegerField()


class CountersSerializer(serializers.Serializer):
    """What the way of a ticket has cost so far."""

    reassignments = serializers.IntegerField()
    reopenings = serializers.IntegerField()
    escalations = serializers.IntegerField()
    statuses = StaySerializer(many=True)
    teams = StaySerializer(many=True)


class RecordVerbs(TicketBase):
    """Links and tasks of a ticket, and who sees it."""

    @extend_schema(responses=AdmittedSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def admitted(self, request: Request, key: str) -> Response:
        """Who sees the restricted ticket beside those it concerns; an empty list for one that is not restricted."""
        return Response(AdmittedSerializer(records.admissions_of(self.inside()), many=True).data)

    @extend_schema(request=AdmitSerializer, responses=AdmittedSerializer(many=True))
    @action(detail=True, methods=["post"])
    def admit(self, request: Request, key: str) -> Response:
        """Says who sees the restricted ticket beside those it concerns; answers the list."""
        wanted = self.given(AdmitSerializer)
        version = wanted.pop("version", None)
        ticket = admitting.admit(self.get_object(), actor=self.person, expected_version=version, **wanted)
        return Response(AdmittedSerializer(records.admissions_of(ticket), many=True).data)

    @extend_schema(responses=LinkSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def links(self, request: Request, key: str) -> Response:
        """The links to tickets that this user may see."""
        return Response(LinkSerializer(records.links_of(self.person, self.inside()), many=True).data)

    @extend_schema(request=NewLinkSerializer, responses={201: LinkSerializer(many=True)})
    @action(detail=True, methods=["post"])
    def link(self, request: Request, key: str) -> Response:
        """Relates it to another ticket; answers all its links."""
        wanted = self.given(NewLinkSerializer)
        ticket = self.get_object()
        target = queries.ticket_for(self.person, wanted["target"])
        links.link(ticket, actor=self.person, target=target, relation=wanted["relation"])
        return Response(LinkSerializer(records.links_of(self.person, ticket), many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=UnlinkSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def unlink(self, request: Request, key: str) -> Response:
        """Takes a link away."""
        ticket = self.get_object()
        links.unlink(ticket, actor=self.person, link=records.link_of(ticket, self.given(UnlinkSerializer)["link"]))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=TaskSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def tasks(self, request: Request, key: str) -> Response:
        """The steps of the work, in order."""
        return Response(TaskSerializer(records.tasks_of(self.person, self.inside()), many=True).data)

    @extend_schema(request=NewTaskSerializer, responses={201: TaskSerializer})
    @action(detail=True, methods=["post"], url_path="add-task")
    def add_task(self, request: Request, key: str) -> Response:
        """Adds a step at the end."""
        added = tasks.add_task(self.get_object(), actor=self.person, **self.given(NewTaskSerializer))
        return self._task(added, status.HTTP_201_CREATED)

    @extend_schema(request=TaskChangeSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["patch"], url_path="tasks/(?P<task>[0-9]+)")
    def change_task(self, request: Request, key: str, task: str) -> Response:
        """Changes a step."""
        return self._task(tasks.change_task(self._found(task), actor=self.person, **self.given(TaskChangeSerializer)))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="tasks/(?P<task>[0-9]+)/remove")
    def remove_task(self, request: Request, key: str, task: str) -> Response:
        """Takes a step off the list."""
        tasks.remove_task(self._found(task), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=TaskSerializer)
    @action(detail=True, methods=["post"], url_path="tasks/(?P<task>[0-9]+)/finish")
    def finish_task(self, request: Request, key: str, task: str) -> Response:
        """The step was taken."""
        return self._task(tasks.finish_task(self._found(task), actor=self.person))

    @extend_schema(request=None, responses=TaskSerializer)
    @action(detail=True, methods=["post"], url_path="tasks/(?P<task>[0-9]+)/reopen")
    def reopen_task(self, request: Request, key: str, task: str) -> Response:
        """The step has to be taken again."""
        return self._task(tasks.reopen_task(self._found(task), actor=self.person))

    @extend_schema(request=MoveTaskSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"], url_path="tasks/(?P<task>[0-9]+)/move")
    def move_task(self, request: Request, key: str, task: str) -> Response:
        """Moves a step one place up or down."""
        by = {"up": -1, "down": 1}[self.given(MoveTaskSerializer)["direction"]]
        return self._task(tasks.move_task(self._found(task), actor=self.person, by=by))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, key: str) -> Response:
        """Its reporter says that it is solved: it is closed."""
        return self.answer(confirmation.confirm(self.get_object(), actor=self.person))

    @extend_schema(request=RejectSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, key: str) -> Response:
        """Its reporter says that it is not solved, and why: work goes on."""
        return self.answer(confirmation.reject(self.get_object(), actor=self.person, **self.given(RejectSerializer)))

    @extend_schema(request=MergeSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, key: str) -> Response:
        """Closes it as a duplicate of another ticket; answers that one."""
        into = queries.ticket_for(self.person, self.given(MergeSerializer)["into"])
        return self.answer(merging.merge(self.get_object(), actor=self.person, into=into))

    @extend_schema(request=EscalateSerializer, responses={201: HandoverSerializer(many=True)})
    @action(detail=True, methods=["post"])
    def escalate(self, request: Request, key: str) -> Response:
        """Hands it over to a team at a level of support; answers all hand-overs."""
        ticket = escalation.escalate(self.get_object(), actor=self.person, **self.given(EscalateSerializer))
        return Response(HandoverSerializer(self._hops(ticket), many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=HandoverSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def handovers(self, request: Request, key: str) -> Response:
        """The hand-overs, oldest first."""
        return Response(HandoverSerializer(self._hops(self.inside()), many=True).data)

    @extend_schema(responses=CountersSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def counters(self, request: Request, key: str) -> Response:
        """Reassignments, reopenings, escalations, time per status and per team."""
        ticket, at = self.inside(), clock.now()
        return Response(
            {
                "reassignments": ticket.reassignment_count,
                "reopenings": ticket.reopen_count,
                "escalations": ticket.escalation_count,
                "statuses": [{"name": name, "seconds": seconds} for name, seconds in stays.per_status(ticket, at)],
                "teams": [{"name": name, "seconds": seconds} for name, seconds in stays.per_team(ticket, at)],
            }  # fmt: skip
        )

    def _hops(self, ticket: Ticket) -> Any:
        return Handover.objects.filter(ticket_id=ticket.pk).select_related("actor", "from_team", "to_team")

    def _found(self, pk: str) -> Task:
        ticket: Ticket = self.inside()
        return records.task_of(self.person, ticket, int(pk[:18]))

    def _task(self, task: Task, http_status: Any = status.HTTP_200_OK) -> Response:
        return Response(TaskSerializer(task).data, status=http_status)
