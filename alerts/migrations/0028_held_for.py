import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Alerts that wait for a service which somebody declared down."""

    dependencies = [("alerts", "0027_signing"), ("services", "0005_declared_down")]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="held_for",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="services.service",
                verbose_name="waits for",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(condition=models.Q(("held_for__isnull", False)), fields=["held_for"], name="alert_held_for"),
        ),
    ]
