"""What can happen to messages."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

MESSAGE_DEAD = catalogue.declare("message.failed", _("A message to {to} could not be sent: {reason}"), icon="mail-x", tone="red")
TEST_PAGE = catalogue.declare("page.tested", _("{actor} sent a test page"), icon="bell-ringing")
