from django.db import migrations, models


class Migration(migrations.Migration):
    """Somebody declares that a service is down."""

    dependencies = [("services", "0004_hold_on_request")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="down_since",
            field=models.DateTimeField(editable=False, null=True, verbose_name="declared down"),
        ),
        migrations.AddField(
            model_name="service",
            name="down_until",
            field=models.DateTimeField(editable=False, null=True, verbose_name="declared down until"),
        ),
        migrations.AddField(
            model_name="service",
            name="down_note",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=200, verbose_name="why it is declared down"),
        ),
    ]
