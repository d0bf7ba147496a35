"""Notifications in the palette."""

from django.utils.translation import gettext_lazy as _

from common import search

search.register_command(search.Command(_("Open notifications"), "bell", "notifications:list"))
search.register_command(search.Command(_("Choose how you are paged"), "phone-call", "notifications:reach", right="desk.access"))
search.register_command(search.Command(_("Choose notifications"), "settings", "notifications:preferences"))
