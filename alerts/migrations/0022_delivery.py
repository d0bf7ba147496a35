import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """Deliveries that name themselves are kept once."""

    dependencies = [("alerts", "0021_noise")]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("delivery_id", models.CharField(max_length=200, verbose_name="id of the delivery")),
                ("row_id", models.BigIntegerField(verbose_name="accepted payload")),
                ("request_id", models.UUIDField(null=True, verbose_name="request")),
                ("came_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, verbose_name="came")),
                (
                    "integration",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="alerts.integration",
                        verbose_name="integration",
                    ),
                ),
            ],
            options={"verbose_name": "delivery", "verbose_name_plural": "deliveries"},
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("integration", "delivery_id"), name="alert_delivery_once"),
        ),
    ]
