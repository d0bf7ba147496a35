import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What is too old to page, and what the clocks of sources say."""

    dependencies = [("alerts", "0022_delivery")]

    operations = [
        migrations.AddField(
            model_name="integration",
            name="stale_hours",
            field=models.PositiveSmallIntegerField(
                db_default=24,
                default=24,
                help_text="A new alert that began longer ago, such as of a backlog that is sent again, is kept quiet; 0 for never",
                verbose_name="too old to page after hours",
            ),
        ),
        migrations.CreateModel(
            name="SourceClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField(db_index=True, verbose_name="hour")),
                (
                    "samples",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None, verbose_name="seconds behind"
                    ),
                ),
                ("stale", models.PositiveBigIntegerField(default=0, verbose_name="stale")),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clocks", to="alerts.integration", verbose_name="integration"
                    ),
                ),
            ],
            options={"verbose_name": "clock of a source", "verbose_name_plural": "clocks of sources"},
        ),
        migrations.AddConstraint(
            model_name="sourceclock",
            constraint=models.UniqueConstraint(fields=("integration", "hour"), name="clock_one_an_hour"),
        ),
    ]
