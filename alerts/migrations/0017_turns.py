"""The oldest waiting body of each integration is found by an index, however many wait."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("alerts", "0016_early")]

    operations = [
        migrations.RunSQL(
            "DROP INDEX alerts_inbox_pending; CREATE INDEX alerts_inbox_waiting ON alerts_inbox (integration_id, id) WHERE state = 'pending'",
            "DROP INDEX alerts_inbox_waiting; CREATE INDEX alerts_inbox_pending ON alerts_inbox (id) WHERE state = 'pending'",
        )
    ]
