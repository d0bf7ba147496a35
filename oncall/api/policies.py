"""Escalation policies with their steps, what they would do, and the routing rules of teams, over REST."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from accounts.models import Team, User
from common import clock
from common.api import checked
from oncall import queries, simulation, snapshots
from oncall.actions import policies, rules
from oncall.models import EscalationPolicy, EscalationStep, RoutingRule, Schedule

PEOPLE, TEAMS = User.objects.filter(is_active=True), Team.objects.all()
IN_USE = EscalationPolicy.objects.filter(archived_at__isnull=True)


class StepSerializer(serializers.Serializer):
    """A step: of the targets only the one that its kind needs. Times of day are on the wall of the policy's first schedule."""

    delay_minutes = serializers.IntegerField(min_value=0, max_value=10_080, default=0)
    condition = serializers.ChoiceField(choices=EscalationStep.CONDITIONS, default=EscalationStep.NOT_ACKED)
    target = serializers.ChoiceField(choices=EscalationStep.TARGETS)
    schedule = serializers.SlugRelatedField(slug_field="slug", queryset=Schedule.objects.all(), required=False, allow_null=True, default=None)
    user = serializers.SlugRelatedField(slug_field="email", queryset=PEOPLE, required=False, allow_null=True, default=None)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=TEAMS, required=False, allow_null=True, default=None)
    next_policy = serializers.SlugRelatedField(slug_field="slug", queryset=IN_USE, required=False, allow_null=True, default=None)
    url = serializers.URLField(required=False, allow_blank=True, default="")
    priorities = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=5), required=False, default=list)
    tiers = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=5), required=False, default=list)
    from_at = serializers.TimeField(required=False, allow_null=True, default=None, format="%H:%M")
    until_at = serializers.TimeField(required=False, allow_null=True, default=None, format="%H:%M")
    above_alerts = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False, allow_null=True, default=None)
    above_minutes = serializers.IntegerField(min_value=1, max_value=1440, default=5)
    is_round_robin = serializers.BooleanField(default=False)


class PolicySerializer(serializers.ModelSerializer):
    """Who is paged, in which order, until somebody answers."""

    team = serializers.SlugRelatedField(slug_field="slug", queryset=TEAMS)
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    repeat_count = serializers.IntegerField(min_value=0, max_value=20, default=0)
    repeat_after = serializers.IntegerField(min_value=1, max_value=1440, default=10)
    is_closing = serializers.BooleanField(default=False)
    is_reopening = serializers.BooleanField(default=False)
    remind_after = serializers.IntegerField(min_value=0, max_value=1440, default=0)
    unack_after = serializers.IntegerField(min_value=0, max_value=1440, default=0)
    steps = StepSerializer(many=True, allow_empty=False)

    class Meta:
        model = EscalationPolicy
        fields: ClassVar[list[str]] = [
            "slug", "name", "team", "description", "repeat_count", "repeat_after", "is_closing", "is_reopening",
            "remind_after", "unack_after", "steps",
        ]  # fmt: skip
        read_only_fields: ClassVar[list[str]] = ["slug"]


class WaySerializer(serializers.Serializer):
    """A message that would leave."""

    at = serializers.DateTimeField()
    channel = serializers.CharField()
    name = serializers.CharField()


class PagedSerializer(serializers.Serializer):
    """A person who would be paged, and by what."""

    person = serializers.EmailField(source="user.email")
    ways = WaySerializer(many=True)


class SimulatedLineSerializer(serializers.Serializer):
    """A step at its moment; refusal says why it would not page: priority, tier, time or volume. No people and no refusal: nobody is there."""

    at = serializers.DateTimeField()
    minute = serializers.IntegerField()
    round = serializers.IntegerField()
    policy = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a column of the answer, not the label of the field
    refusal = serializers.CharField(allow_blank=True)
    people = PagedSerializer(many=True)


class SimulationSerializer(serializers.Serializer):
    """What is simulated: the priority, the tier of the service, and the instant; P1 now when nothing is said."""

    priority = serializers.IntegerField(min_value=1, max_value=5, default=1)
    tier = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True, default=None)
    at = serializers.DateTimeField(required=False)


SIMULATED = extend_schema(
    parameters=[SimulationSerializer], responses=SimulatedLineSerializer(many=True), filters=False
)  # fmt: skip


class PolicyViewSet(ForPerson, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Escalation policies by short name. Leads change those of their teams."""

    lookup_field = "slug"
    serializer_class = PolicySerializer
    filterset_fields: ClassVar[list[str]] = ["team__slug"]
    queryset = EscalationPolicy.objects.none()

    def get_queryset(self) -> QuerySet[EscalationPolicy]:
        return queries.policies_for(self.person)

    def create(self, request: Request) -> Response:
        """Makes a policy with its steps."""
        return self._save(None, status.HTTP_201_CREATED)

    def update(self, request: Request, slug: str) -> Response:
        """Replaces a policy with all its steps; escalations that run keep theirs."""
        return self._save(self.get_object(), status.HTTP_200_OK)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, slug: str) -> Response:
        """Takes it out of use; refused while something points at it."""
        policies.archive(self.get_object(), actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @SIMULATED
    @action(detail=True, pagination_class=None, filterset_fields=None)
    def simulate(self, request: Request, slug: str) -> Response:
        """Minute by minute who would be paged by which channel, as if nobody answered."""
        return simulated(self.get_object(), request)

    def _save(self, policy: EscalationPolicy | None, http_status: int) -> Response:
        given = checked(PolicySerializer, self.request.data)
        steps = [{name: value for name, value in step.items() if value is not None} for step in given.pop("steps")]
        saved = policies.save(policy, actor=self.person, values=given, steps=steps)
        return Response(self.get_serializer(self.get_queryset().get(pk=saved.pk)).data, status=http_status)


def simulated(by: EscalationPolicy | Schedule | None, request: Request, **facts: Any) -> Response:
    """The answer of every simulation; an empty list when nobody would be paged at all."""
    given = checked(SimulationSerializer, request.query_params)
    at = given.pop("at", None) or clock.now()
    lines = simulation.simulate(snapshots.of(by), {**given, **facts}, at) if by is not None else []
    return Response(SimulatedLineSerializer(lines, many=True).data)


class RuleSerializer(serializers.ModelSerializer):
    """A rule: what it leaves empty does not matter; with neither policy nor schedule it pages no one."""

    policy = serializers.SlugRelatedField(slug_field="slug", queryset=IN_USE, required=False, allow_null=True, default=None)
    schedule = serializers.SlugRelatedField(slug_field="slug", queryset=Schedule.objects.all(), required=False, allow_null=True, default=None)

    class Meta:
        model = RoutingRule
        fields: ClassVar[list[str]] = [
            "name", "priorities", "tiers", "words", "tags", "weekdays", "from_at", "until_at", "time_zone", "policy", "schedule",
        ]  # fmt: skip


class RulesSerializer(serializers.Serializer):
    """All rules of a team, in order."""

    rules = RuleSerializer(many=True)


class RoutingViewSet(ForPerson, viewsets.GenericViewSet):
    """The routing rules of a team, by its short name: the first that fits decides."""

    lookup_field = "slug"
    serializer_class = RulesSerializer
    queryset = Team.objects.none()

    def get_queryset(self) -> QuerySet[Team]:
        return Team.objects.all() if self.person.has_right("oncall.view") else Team.objects.none()

    def retrieve(self, request: Request, slug: str) -> Response:
        """The rules."""
        return Response(RulesSerializer({"rules": RoutingRule.objects.filter(team=self.get_object()).order_by("position", "pk")}).data)

    def update(self, request: Request, slug: str) -> Response:
        """Replaces the rules."""
        team = self.get_object()
        given = checked(RulesSerializer, request.data)
        return Response(RulesSerializer({"rules": rules.set_rules(team, actor=self.person, rules=given["rules"])}).data)
