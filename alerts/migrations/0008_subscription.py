import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("alerts", "0007_searches_changes_and_silences")]

    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=300, verbose_name="topic")),
                ("message_id", models.CharField(max_length=100, verbose_name="message")),
                ("message", models.JSONField(verbose_name="message")),
                (
                    "status",
                    models.CharField(
                        choices=[("pending", "Pending"), ("confirmed", "Confirmed"), ("refused", "Refused")],
                        default="pending", max_length=10, verbose_name="status",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="alerts.integration", verbose_name="integration"
                    ),
                ),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "indexes": [models.Index(condition=models.Q(("status", "pending")), fields=["due_at"], name="subscription_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("integration", "message_id"), name="subscription_once"),
                    models.CheckConstraint(condition=models.Q(("status__in", ["pending", "confirmed", "refused"])), name="subscription_status"),
                ],
            },
        )
    ]  # fmt: skip
