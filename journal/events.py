"""Events of every register that admins keep."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

REGISTER_ADDED = catalogue.declare("register.added", _("{actor} added the {register} {name}"), icon="plus")
REGISTER_CHANGED = catalogue.declare("register.changed", _("{actor} changed {fields} of the {register} {name}"), icon="pencil")
REGISTER_REMOVED = catalogue.declare("register.removed", _("{actor} removed the {register} {name}"), icon="trash")
