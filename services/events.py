"""What can happen to services."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

SERVICE_CREATED = catalogue.declare("service.created", _("{actor} added the service"), icon="hierarchy-2")
SERVICE_CHANGED = catalogue.declare("service.changed", _("{actor} changed {fields}"), icon="pencil")
DEPENDENCY_ADDED = catalogue.declare("service.dependency_added", _("{actor} noted that it needs {name}"), icon="link")
DEPENDENCY_REMOVED = catalogue.declare("service.dependency_removed", _("{actor} removed the dependency on {name}"), icon="unlink")
DECLARED_DOWN = catalogue.declare("service.declared_down", _("{actor} declared it down until {until}: {note}"), icon="circle-x", tone="red")
DECLARED_UP = catalogue.declare("service.declared_up", _("{actor} declared it up again"), icon="circle-check", tone="green")
