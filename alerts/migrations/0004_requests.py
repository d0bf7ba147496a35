from django.db import migrations

MAKE = """
ALTER TABLE alerts_inbox ADD COLUMN request_id uuid, ADD COLUMN operation text NOT NULL DEFAULT 'ingest', ADD COLUMN context jsonb;
CREATE INDEX alerts_inbox_request ON alerts_inbox (request_id) WHERE request_id IS NOT NULL;
"""
UNMAKE = "ALTER TABLE alerts_inbox DROP COLUMN request_id, DROP COLUMN operation, DROP COLUMN context;"


class Migration(migrations.Migration):
    """What requests to other products' APIs carry beside their body."""

    dependencies = [("alerts", "0003_recovery_and_group")]

    operations = [migrations.RunSQL(MAKE, UNMAKE)]
