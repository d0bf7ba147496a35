from django.db import migrations, models


class Migration(migrations.Migration):
    """What the sweep of silences saw last."""

    dependencies = [("alerts", "0028_held_for")]

    operations = [
        migrations.CreateModel(
            name="QuietMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen", models.CharField(max_length=64)),
            ],
            options={"verbose_name": "mark of the sweep", "verbose_name_plural": "marks of the sweep"},
        ),
    ]
