"""What people add to the query language."""

from django.utils.translation import gettext_lazy as _

from accounts import query_values
from common.query import functions

functions.register(functions.Function("membersOf", "person", query_values.members_of, 'membersOf("team")', _("everybody of a team"), least=1, most=1))
