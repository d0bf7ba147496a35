from typing import Any

from django.db import migrations


def never(apps: Any, _editor: Any) -> None:
    apps.get_model("alerts", "Integration").objects.filter(adapter__in=["alertmanager", "grafana"]).update(stale_hours=0)


class Migration(migrations.Migration):
    """Alertmanager and Grafana repeat a firing as long as it lasts: how long ago it began says nothing about when it was sent."""

    dependencies = [("alerts", "0025_search_visibility")]

    operations = [migrations.RunPython(never, migrations.RunPython.noop)]
