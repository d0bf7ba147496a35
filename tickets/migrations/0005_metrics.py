import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import tickets.models.clocks
from django.conf import settings
from django.db import migrations, models

METRICS = [
    ("first_response", "Time to first response", ["created"], [], ["responded", "acknowledged", "done"]),
    ("resolution", "Time to resolution", ["created", "reopened"], ["paused"], ["done"]),
]


def convert(apps, schema_editor):
    """Goals by priority become goals by query; each clock becomes a promise in the ledger, which its recomputation reads."""
    Metric, Goal, Clock = (apps.get_model("tickets", name) for name in ("Metric", "Goal", "SlaClock"))
    Calendar, Entry = apps.get_model("sla", "Calendar"), apps.get_model("journal", "Entry")
    for kind in Goal.objects.order_by().values_list("kind", flat=True).distinct():
        for position, (slug, name, starts, pauses, stops) in enumerate(METRICS):
            metric = Metric.objects.create(kind=kind, slug=slug, name=name, starts=starts, pauses=pauses, stops=stops, position=position)
            for goal in Goal.objects.filter(kind=kind, metric_slug=slug).order_by("priority"):
                goal.metric, goal.position, goal.query = metric, goal.priority, f"priority = P{goal.priority}"
                goal.save(update_fields=["metric", "position", "query"])
    versions = dict(Calendar.objects.values_list("pk", "current_id"))
    rules = {slug: {"name": name, "starts": starts, "pauses": pauses, "stops": stops} for slug, name, starts, pauses, stops in METRICS}
    for calendar, version in versions.items():
        Clock.objects.filter(calendar_id=calendar).update(version_id=version)
    for slug, rule in rules.items():
        Clock.objects.filter(metric=slug).update(name=rule["name"])
    for clock in Clock.objects.filter(state="running", breached_at__isnull=True, due_at__isnull=False).iterator(chunk_size=2000):
        Clock.objects.filter(pk=clock.pk).update(next_threshold_at=clock.due_at, thresholds=[[100, clock.due_at.isoformat()]])
    entries = []
    for clock in Clock.objects.order_by("id").iterator(chunk_size=2000):
        promise = {"goal": None, "target": clock.target_seconds, "version": clock.version_id, "is_whole": True, "cycle": clock.cycle, **rules[clock.metric]}
        data = {"promises": {clock.metric: promise}}
        entries.append(Entry(event="sla.promised", subject_type="ticket", subject_id=clock.ticket_id, at=clock.started_at, data=data))
        if len(entries) == 2000:
            Entry.objects.bulk_create(entries)
            entries = []
    Entry.objects.bulk_create(entries)
    Goal.objects.filter(metric__isnull=True).delete()


class Migration(migrations.Migration):

    atomic = True

    dependencies = [
        ('journal', '0002_append_only'),
        ('sla', '0002_versions'),
        ('tickets', '0004_links_and_tasks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Metric',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(default='incident', max_length=30, verbose_name='kind of ticket')),
                ('slug', models.SlugField(max_length=40, verbose_name='short name')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('starts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None, verbose_name='starts when')),
                ('pauses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='pauses while')),
                ('stops', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None, verbose_name='stops when')),
                ('thresholds', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)]), default=tickets.models.clocks.default_thresholds, help_text='Percent of the target, for example 50,75,90,100', size=None, verbose_name='thresholds')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'SLA metric',
                'verbose_name_plural': 'SLA metrics',
                'ordering': ['kind', 'position', 'slug'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'slug'), name='metric_once')],
            },
        ),
        migrations.CreateModel(
            name='Recount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('requested_at', models.DateTimeField()),
                ('reached', models.BigIntegerField(default=0)),
                ('changed_count', models.PositiveIntegerField(default=0)),
                ('finished_at', models.DateTimeField(null=True)),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'recomputation of SLA clocks',
                'verbose_name_plural': 'recomputations of SLA clocks',
            },
        ),
        migrations.RemoveConstraint(model_name='goal', name='goal_once'),
        migrations.AlterModelOptions(name='goal', options={'verbose_name': 'SLA goal', 'verbose_name_plural': 'SLA goals'}),
        migrations.RenameField(model_name='goal', old_name='metric', new_name='metric_slug'),
        migrations.AddField(
            model_name='goal', name='metric',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='goals', to='tickets.metric', verbose_name='metric'),
        ),
        migrations.AddField(
            model_name='goal', name='position',
            field=models.PositiveSmallIntegerField(default=0, help_text='The first goal that matches wins', verbose_name='position'),
        ),
        migrations.AddField(
            model_name='goal', name='query',
            field=models.TextField(blank=True, default='', help_text='Which tickets, in the query language, for example: priority = P1. Empty: all', verbose_name='query'),
            preserve_default=False,
        ),
        migrations.AlterField(model_name='slaclock', name='metric', field=models.CharField(max_length=40)),
        migrations.AddField(model_name='slaclock', name='name', field=models.CharField(db_default='', default='', max_length=60)),
        migrations.AddField(
            model_name='slaclock', name='goal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='clocks', to='tickets.goal'),
        ),
        migrations.AddField(
            model_name='slaclock', name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='sla.calendarversion'),
        ),
        migrations.AddField(model_name='slaclock', name='thresholds', field=models.JSONField(null=True)),
        migrations.AddField(model_name='slaclock', name='next_threshold_at', field=models.DateTimeField(null=True)),
        migrations.AddField(model_name='slaclock', name='fired_percent', field=models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.RunPython(convert, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='goal', name='metric',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='goals', to='tickets.metric', verbose_name='metric'),
        ),
        migrations.RemoveField(model_name='goal', name='metric_slug'),
        migrations.RemoveField(model_name='goal', name='priority'),
        migrations.RemoveField(model_name='goal', name='kind'),
        migrations.AlterModelOptions(name='goal', options={'ordering': ['metric', 'position', 'id'], 'verbose_name': 'SLA goal', 'verbose_name_plural': 'SLA goals'}),
        migrations.AddIndex(
            model_name='slaclock',
            index=models.Index(condition=models.Q(('next_threshold_at__isnull', False)), fields=['next_threshold_at', 'id'], name='sla_clock_threshold'),
        ),
    ]
