from django.db import migrations


class Migration(migrations.Migration):
    """The numbers of incidents: INC-1001 is the first."""

    dependencies = [("incidents", "0001_initial")]

    operations = [migrations.RunSQL("CREATE SEQUENCE incidents_number START 1001", "DROP SEQUENCE incidents_number")]
