import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone


def publish(apps, schema_editor):
    """Every calendar gets its first version: what it says today."""
    Calendar, Version = apps.get_model("sla", "Calendar"), apps.get_model("sla", "CalendarVersion")
    for calendar in Calendar.objects.all():
        week = [[] for _day in range(7)]
        for opening in calendar.openings.all():
            week[opening.weekday].append([f"{opening.opens_at:%H:%M:%S}", f"{opening.closes_at:%H:%M:%S}"])
        content = {
            "time_zone": calendar.time_zone,
            "is_always": calendar.is_always,
            "week": [sorted(day) for day in week],
            "holidays": {holiday.day_on.isoformat(): holiday.name for holiday in calendar.holidays.all()},
        }
        calendar.current = Version.objects.create(calendar=calendar, number=1, content=content, created_at=timezone.now())
        calendar.save(update_fields=["current"])


class Migration(migrations.Migration):

    dependencies = [
        ('sla', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('created_at', models.DateTimeField()),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='sla.calendar')),
            ],
            options={
                'verbose_name': 'version of a calendar',
                'verbose_name_plural': 'versions of calendars',
                'constraints': [models.UniqueConstraint(fields=('calendar', 'number'), name='calendar_version_once')],
            },
        ),
        migrations.AddField(
            model_name='calendar',
            name='current',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='sla.calendarversion'),
        ),
        migrations.RunPython(publish, migrations.RunPython.noop),
    ]
