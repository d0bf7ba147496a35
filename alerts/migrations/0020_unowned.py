"""The oldest waiting body of each integration, and of none, is found by an index."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("alerts", "0019_flapping_and_topology")]

    operations = [
        migrations.RunSQL(
            "DROP INDEX alerts_inbox_waiting; CREATE INDEX alerts_inbox_waiting ON alerts_inbox (coalesce(integration_id, 0), id) WHERE state = 'pending'",
            "DROP INDEX alerts_inbox_waiting; CREATE INDEX alerts_inbox_waiting ON alerts_inbox (integration_id, id) WHERE state = 'pending'",
        )
    ]
