"""Who may do what with accounts."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User
from common.decisions import ALLOWED, Decision


def can_manage_settings(user: User | None) -> Decision:
    """Settings belong to admins; the system itself may always."""
    if user is None or user.has_right("settings.manage"):
        return ALLOWED
    return Decision(False, _("Only an admin may change settings."))


def can_see_rights(user: User, person: User) -> Decision:
    """Everybody may look up the own rights, an admin those of anybody."""
    if user == person or user.has_right("settings.manage"):
        return ALLOWED
    return Decision(False, _("Only an admin may look up the rights of somebody else."))


def can_create_token(user: User, owner: User) -> Decision:
    """Everybody makes tokens for himself, an admin for service accounts too."""
    if user == owner or user.has_right("settings.manage"):
        return ALLOWED
    return Decision(False, _("You may make API tokens for yourself only."))


def visible_tokens(user: User) -> QuerySet[ApiToken]:
    """The person's own tokens."""
    return ApiToken.objects.filter(user=user)


def can_use_password_only(credential: object) -> Decision:
    """Some things need a person who signed in: a token may not make another token, so that a leaked one cannot outlive itself."""
    if isinstance(credential, ApiToken):
        return Decision(False, _("Make API tokens in your profile: a token cannot make another one."))
    return ALLOWED
