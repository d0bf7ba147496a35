"""How a script proves who it is: `Authorization: Bearer ekp_...`."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from accounts import actions, queries
from accounts.models import ApiToken, User
from common import clock


class TokenAuthentication(authentication.BaseAuthentication):
    """Bearer tokens. The last use is noted at most once a minute. schemes: the words before the token."""

    schemes: tuple[str, ...] = ("bearer", "token")

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in self.schemes:
            return None
        at = clock.now()
        token = queries.token_of(actions.digest_of(secret.strip()), at)
        if token is None or not token.is_usable(at):
            raise exceptions.AuthenticationFailed(_("This API token is unknown, expired or revoked. Make a new one in your profile."))
        if not token.is_usable_from(request.META.get("REMOTE_ADDR", "")):
            raise exceptions.AuthenticationFailed(_("This API token may not be used from this address."))
        if token.last_used_at is None or at - token.last_used_at > actions.USE_NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScope(permissions.BasePermission):
    """A read-only token reads. What a write needs beyond that, its action decides."""

    message = _("This API token may only read. Make one with the scope “Read and write”.")

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if request.method in permissions.SAFE_METHODS or not isinstance(request.auth, ApiToken):
            return True
        return request.auth.scope == ApiToken.WRITE


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the OpenAPI page describes it."""

    target_class = TokenAuthentication
    name = "apiToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class ForPerson:
    """A view of the API that works for the person behind the request."""

    request: Any

    @property
    def person(self) -> User:
        """The user behind the request. Raises NotAuthenticated for none, whom TokenScope refuses before."""
        if not isinstance(self.request.user, User):
            raise exceptions.NotAuthenticated
        return self.request.user
