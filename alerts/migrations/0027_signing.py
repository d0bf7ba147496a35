from django.db import migrations, models


class Migration(migrations.Migration):
    """The secrets by which tools sign what they send."""

    dependencies = [("alerts", "0026_tells_again")]

    operations = [
        migrations.AddField(
            model_name="integration",
            name="signing_cipher",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="integration",
            name="former_signing_cipher",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="integration",
            name="former_signing_until",
            field=models.DateTimeField(editable=False, null=True, verbose_name="former secret valid until"),
        ),
        migrations.AddField(
            model_name="integration",
            name="former_signing_used_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="former secret last used"),
        ),
        migrations.AddField(
            model_name="integration",
            name="unsigned_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="last refused for its signature"),
        ),
    ]
