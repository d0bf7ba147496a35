"""The workflow that ships lets the desk reopen what was closed; one that an admin published stays as it is."""

from typing import Any

from django.db import migrations


def allow(apps: Any, _schema: Any) -> None:
    transitions = apps.get_model("workflows", "Transition").objects
    for move in transitions.filter(verb="reopen", source__key="resolved", workflow__kind="incident", workflow__version=1, workflow__is_default=True):
        closed = move.workflow.statuses.filter(key="closed", retired_at=None).first()
        if closed is not None and not transitions.filter(source=closed).exists():
            move.pk, move.source = None, closed
            move.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [("workflows", "0003_asked")]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
