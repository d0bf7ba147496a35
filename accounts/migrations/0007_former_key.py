from django.db import migrations, models


class Migration(migrations.Migration):
    """The key of an integration before its last rotation stays good for a while."""

    dependencies = [("accounts", "0006_roles_per_team")]

    operations = [
        migrations.AddField(
            model_name="integrationkey",
            name="former_digest",
            field=models.CharField(max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="integrationkey",
            name="former_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="former text valid until"),
        ),
        migrations.AddField(
            model_name="integrationkey",
            name="former_used_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="former text last used"),
        ),
    ]
