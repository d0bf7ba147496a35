"""The noise report over REST (ALR-21)."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ForPerson
from alerts import noise_queries, noise_words, volume_queries
from alerts.alert_rule_api import AlertRuleSerializer
from alerts.models import VolumeMark
from common import clock, errors


class NoiseEffectSerializer(serializers.Serializer):
    """What the policy would have done to the alerts that were replayed."""

    alerts = serializers.IntegerField()
    held = serializers.IntegerField()
    pages = serializers.IntegerField()
    pages_held = serializers.IntegerField()
    late = serializers.IntegerField()
    late_minutes = serializers.IntegerField()
    missed = serializers.IntegerField()


class SuggestionSerializer(serializers.Serializer):
    """A policy that would help. rule: as `POST /alert-rules/` takes it; of “group” it says which alerts, and grouping rules are kept in the administration."""

    sort = serializers.CharField(source="suggestion.policy.sort")
    does = serializers.SerializerMethodField()
    why = serializers.CharField()
    effect = NoiseEffectSerializer(source="suggestion.effect")
    words = serializers.CharField(source="effect")
    rule = serializers.SerializerMethodField()

    def get_does(self, row: noise_queries.Row) -> str:
        """What it does, in words."""
        return noise_words.does(row.suggestion.policy) if row.suggestion is not None else ""

    def get_rule(self, row: noise_queries.Row) -> dict[str, Any]:
        """The rule, not saved."""
        said = AlertRuleSerializer(row.rule).data
        return {name: said[name] for name in ("kind", "name", "conditions", "times", "does")}


class NoiseKindSerializer(serializers.Serializer):
    """One kind of alert. night_pages: between 22:00 and 7:00 on the clock of whom they woke. feedback: how many people said noise, by reason."""

    name = serializers.CharField()
    integration = serializers.IntegerField(source="newest.integration_id", allow_null=True)
    sent_by = serializers.CharField(source="source")
    service = serializers.CharField()
    newest = serializers.CharField(source="newest.key")
    alerts = serializers.IntegerField(source="counted.alerts")
    pages = serializers.IntegerField(source="counted.pages")
    night_pages = serializers.IntegerField(source="counted.night_pages")
    under_5_minutes = serializers.IntegerField(source="counted.quick")
    never_acknowledged = serializers.IntegerField(source="counted.untouched")
    feedback = serializers.DictField(source="counted.feedback", child=serializers.IntegerField())
    is_noisy = serializers.BooleanField(source="counted.is_noisy")
    suggestion = serializers.SerializerMethodField()

    @extend_schema(responses=SuggestionSerializer)
    def get_suggestion(self, row: noise_queries.Row) -> Any:
        """What could be done about it; null when nothing helps enough."""
        return SuggestionSerializer(row).data if row.suggestion is not None else None


class UnusualSerializer(serializers.ModelSerializer):
    """A source that sent far more or far less than usual (high, low), or nothing (silent). ended_at: null while it is so."""

    class Meta:
        model = VolumeMark
        fields: ClassVar[list[str]] = ["integration", "sort", "began_at", "ended_at", "seen", "expected"]
        read_only_fields = fields


class NoiseReportSerializer(serializers.Serializer):
    """The kinds, the noisiest first. since: from when alerts were looked at. is_cut: there were more than 200,000. unusual: sources of the last week."""

    days = serializers.IntegerField()
    since = serializers.DateTimeField()
    is_cut = serializers.BooleanField()
    kinds = serializers.IntegerField()
    results = NoiseKindSerializer(source="rows", many=True)
    unusual = serializers.SerializerMethodField()

    @extend_schema(responses=UnusualSerializer(many=True))
    def get_unusual(self, _report: Any) -> Any:
        """What was unusual in the last week, what is so still first."""
        return UnusualSerializer(self.context["unusual"], many=True).data


class NoiseViewSet(ForPerson, viewsets.ViewSet):
    """Which kinds of alerts are noise."""

    @extend_schema(
        operation_id="noise_report", parameters=[OpenApiParameter("days", int, enum=noise_queries.DAYS, default=30)], responses=NoiseReportSerializer
    )
    def list(self, request: Request) -> Response:
        """What came by kind in the last days, what it paged, and which policy would help with which effect. At most 200 kinds."""
        given = request.query_params.get("days", "30")
        days = next((one for one in noise_queries.DAYS if str(one) == given), None)
        if days is None:
            raise errors.Invalid("days", _("Ask for one of: %(known)s.") % {"known": ", ".join(map(str, noise_queries.DAYS))})
        at = clock.now()
        found = noise_queries.report(self.person, days, at)
        return Response(NoiseReportSerializer(found, context={"unusual": volume_queries.marks_for(self.person, at)}).data)
