"""Who reads alerts over Opsgenie's API: a person by an API token, or an integration by its key."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import actions as accounts
from accounts.models import ApiToken, User
from alerts import permissions, queries
from alerts.dialects import base
from alerts.models import Alert, Integration
from oncall.opsgenie import envelope


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks. user: None when it is an integration."""

    user: User | None
    integration: Integration | None = None

    def alerts(self) -> QuerySet[Alert]:
        """The alerts that may be read."""
        if self.user is not None:
            return permissions.visible_to(self.user, Alert.objects.all())
        return permissions.within(self.integration)


def enter_to_write(request: HttpRequest) -> Reader:
    """The same for an address that writes by GET too, such as a ping."""
    return enter(request, is_writing=True)


def enter(request: HttpRequest, *, is_writing: bool = False) -> Reader:
    """Raises Failed: 401 for an unknown key, 403 for somebody who may not see alerts."""
    integration = integration_of(key_in(request))
    if integration is not None:
        return Reader(None, integration)
    user, token = envelope.authenticated(request)
    if (is_writing or request.method != "GET") and token.scope != ApiToken.WRITE:
        raise envelope.Failed(403, str(envelope.READ_ONLY))
    if not user.has_right("alert.view"):
        raise envelope.Failed(403, "You may not see alerts: that needs the right alert.view.")
    return Reader(user)


def key_in(request: HttpRequest) -> str:
    """The key of a request, where other products' clients put it."""
    headers = {"authorization": request.headers.get("Authorization", "")}
    return base.key_of(base.Call(request.method or "", (), request.GET.dict(), headers))


def integration_of(key: str) -> Integration | None:
    """The integration of a key that is in use."""
    if not key.startswith("ek_"):
        return None
    found = queries.integration_of(accounts.digest_of(key))
    if found is not None and found.key.former_digest == accounts.digest_of(key):
        accounts.note_former_use(key)
    return found
