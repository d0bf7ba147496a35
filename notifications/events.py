"""What can happen to messages."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

MESSAGE_DEAD = catalogue.declare("message.failed", _("A message to {to} could not be sent: {reason}"), icon="mail-x", tone="red")
TEST_PAGE = catalogue.declare("page.tested", _("{actor} sent a test page"), icon="bell-ringing")
CONTACT_ADDED = catalogue.declare("contact.added", _("{actor} added a way to be reached: {channel} {address}"), icon="phone")
CONTACT_VERIFIED = catalogue.declare("contact.verified", _("{actor} verified {channel} {address}"), icon="circle-check")
CONTACT_RENAMED = catalogue.declare("contact.renamed", _("{actor} renamed a way to be reached: {name}"), icon="pencil")
CONTACT_REMOVED = catalogue.declare("contact.removed", _("{actor} removed {channel} {address}"), icon="trash")
RULES_CHANGED = catalogue.declare("personal_rules.changed", _("{actor} changed the own rules for pages: {what}"), icon="adjustments-horizontal")
