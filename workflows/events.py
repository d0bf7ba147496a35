"""What can happen to workflows."""

from django.utils.translation import gettext_lazy as _

from journal import catalogue

PUBLISHED = catalogue.declare("workflow.published", _("{actor} published version {version} of the workflow {name}"), icon="git-branch", tone="blue")
