from django.db import migrations, models

import alerts.adapters


class Migration(migrations.Migration):
    """The tools to choose from are a function now."""

    dependencies = [("alerts", "0005_foreign")]

    operations = [
        migrations.AlterField(
            model_name="integration",
            name="adapter",
            field=models.CharField(choices=alerts.adapters.choices, default="alertmanager", max_length=30, verbose_name="adapter"),
        )
    ]
