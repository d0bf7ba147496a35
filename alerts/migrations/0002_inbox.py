from django.db import migrations

MAKE = """
CREATE SEQUENCE alerts_number START 10001;
CREATE SEQUENCE alerts_inbox_id;
CREATE TABLE alerts_inbox (
  id bigint NOT NULL DEFAULT nextval('alerts_inbox_id'),
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  integration_id bigint,
  body bytea NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'quarantined')),
  attempts smallint NOT NULL DEFAULT 0,
  reason text NOT NULL DEFAULT '',
  outcome jsonb,
  processed_at timestamptz,
  PRIMARY KEY (received_at, id)
) PARTITION BY RANGE (received_at);
CREATE INDEX alerts_inbox_pending ON alerts_inbox (id) WHERE state = 'pending';
CREATE INDEX alerts_inbox_quarantined ON alerts_inbox (received_at DESC, id DESC) WHERE state = 'quarantined';
CREATE TABLE alerts_inbox_default PARTITION OF alerts_inbox DEFAULT;
ALTER TABLE alerts_alert SET (fillfactor = 80);
"""
UNMAKE = "DROP TABLE alerts_inbox; DROP SEQUENCE alerts_inbox_id; DROP SEQUENCE alerts_number;"


class Migration(migrations.Migration):
    """The inbox, partitioned by day, and the numbers of alerts. Alerts leave room in their pages, so that counting up stays cheap (HOT)."""

    dependencies = [("alerts", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, UNMAKE)]
