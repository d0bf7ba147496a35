"""People, teams and the own API tokens over REST."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, permissions, queries
from accounts.authentication import ForPerson
from accounts.models import ApiToken, Organisation, Team, User
from common.api import checked


class PersonSerializer(serializers.ModelSerializer):
    """A person as others see him."""

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["id", "email", "name", "time_zone", "organisation"]
        read_only_fields = fields


class OrganisationSerializer(serializers.ModelSerializer):
    """Where requesters belong; shares_requests: whether colleagues see the public side of each other's requests."""

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = ["id", "name", "shares_requests"]
        read_only_fields = fields


class TeamSerializer(serializers.ModelSerializer):
    """A team with its members."""

    members = PersonSerializer(many=True, read_only=True)

    class Meta:
        model = Team
        fields: ClassVar[list[str]] = ["slug", "name", "description", "members"]
        read_only_fields = fields


class TokenSerializer(serializers.ModelSerializer):
    """An API token; its text is in the answer to its creation only."""

    class Meta:
        model = ApiToken
        fields: ClassVar[list[str]] = ["id", "name", "prefix", "scope", "networks", "created_at", "expires_at", "last_used_at", "former_until"]
        read_only_fields: ClassVar[list[str]] = ["id", "prefix", "created_at", "last_used_at", "former_until"]


class CreatedTokenSerializer(TokenSerializer):
    """A new API token with its text."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields: ClassVar[list[str]] = [*TokenSerializer.Meta.fields, "token"]


class RotateSerializer(serializers.Serializer):
    """How long the text before stays good."""

    hours = serializers.IntegerField(min_value=0, max_value=actions.LONGEST_OVERLAP, default=24)


class PersonViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """People of this installation."""

    serializer_class = PersonSerializer
    queryset = User.objects.none()
    filterset_fields: ClassVar[list[str]] = ["organisation"]

    def get_queryset(self) -> QuerySet[User]:
        return queries.people_for(self.person)

    @extend_schema(responses=PersonSerializer)
    @action(detail=False)
    def me(self, request: Request) -> Response:
        """Who this token acts as."""
        return Response(PersonSerializer(request.user).data)


class OrganisationViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Organisations; outside the desk the own one only."""

    serializer_class = OrganisationSerializer
    queryset = Organisation.objects.none()

    def get_queryset(self) -> QuerySet[Organisation]:
        return queries.organisations_for(self.person)


class TeamViewSet(ForPerson, viewsets.ReadOnlyModelViewSet):
    """Teams and their members."""

    serializer_class = TeamSerializer
    lookup_field = "slug"
    queryset = Team.objects.none()

    def get_queryset(self) -> QuerySet[Team]:
        return queries.teams_for(self.person).prefetch_related("members")


class TokenViewSet(ForPerson, mixins.ListModelMixin, viewsets.GenericViewSet):
    """The own API tokens."""

    serializer_class = TokenSerializer
    queryset = ApiToken.objects.none()

    def get_queryset(self) -> QuerySet[ApiToken]:
        return permissions.visible_tokens(self.person).filter(revoked_at__isnull=True)

    @extend_schema(request=TokenSerializer, responses={201: CreatedTokenSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Makes a token. Its text is shown in this answer only. A token cannot make another one."""
        permissions.can_use_password_only(request.auth).require()
        wanted = TokenSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        token, secret = actions.create_token(actor=self.person, **wanted.validated_data)
        token.token = secret  # type: ignore[attr-defined]  # only in this answer
        return Response(CreatedTokenSerializer(token).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RotateSerializer, responses=CreatedTokenSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str | None = None) -> Response:
        """Gives a token a new text, shown in this answer only; the one before stays good for `hours`. A token cannot do this."""
        permissions.can_use_password_only(request.auth).require()
        token, secret = actions.rotate_token(self.get_object(), actor=self.person, **checked(RotateSerializer, request.data))
        token.token = secret  # type: ignore[attr-defined]  # only in this answer
        return Response(CreatedTokenSerializer(token).data)

    @extend_schema(request=None, responses=TokenSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str | None = None) -> Response:
        """Ends a token at once."""
        token = actions.revoke_token(self.get_object(), actor=self.person)
        return Response(TokenSerializer(token).data)
