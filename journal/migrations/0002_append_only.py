from django.db import migrations

REFUSE = """
CREATE FUNCTION journal_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'journal entries are append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE ON journal_entry
  FOR EACH ROW EXECUTE FUNCTION journal_entry_is_append_only();
"""
ALLOW = "DROP TRIGGER journal_entry_append_only ON journal_entry; DROP FUNCTION journal_entry_is_append_only();"


class Migration(migrations.Migration):
    """The database itself refuses to change or delete what happened."""

    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
