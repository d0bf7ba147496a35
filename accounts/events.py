"""What can happen to people and their keys."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

USER_SIGNED_IN = catalogue.declare("user.signed_in", _("{actor} signed in"), icon="login")
PROFILE_CHANGED = catalogue.declare("user.profile_changed", _("{actor} changed {fields} of the profile"), icon="user")
TOKEN_CREATED = catalogue.declare("token.created", _("{actor} created the API token {name}"), icon="key")
TOKEN_REVOKED = catalogue.declare("token.revoked", _("{actor} revoked the API token {name}"), icon="key-off")
TOKEN_ROTATED = catalogue.declare("token.rotated", _("{actor} rotated the API token {name}"), icon="refresh")
KEY_CREATED = catalogue.declare("integration_key.created", _("{actor} created the integration key {prefix}…"), icon="key")
KEY_ROTATED = catalogue.declare(
    "integration_key.rotated", _("{actor} gave an integration the new key {prefix}…; the former one stays good for {hours} hours"), icon="key"
)
FORMER_KEY_ENDED = catalogue.declare("integration_key.former_ended", _("{actor} ended the key before {prefix}…"), icon="key-off")
KEY_REVOKED = catalogue.declare("integration_key.revoked", _("{actor} revoked the integration key {prefix}…"), icon="key-off")
RESET_ASKED = catalogue.declare("user.password_reset_asked", _("A link for a new password was asked for"), icon="key")
