"""The operations page in the sidebar and in the palette."""

from django.utils.translation import gettext_lazy as _

from common import navigation, search

navigation.register(
    navigation.Entry("operations", _("Operations"), "operations:pager", section=4, order=90, icon="activity", right="settings.manage")
)
search.register_command(search.Command(_("See how the pager is doing"), "activity", "operations:pager", right="desk.access"))
