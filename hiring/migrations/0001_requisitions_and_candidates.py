"""Tables of requisitions, candidates and stages."""

import datetime

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import kit.operations


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('org', '0001_people_teams_and_calendar'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        kit.operations.CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Requisition',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('title', models.CharField(max_length=200)),
                        ('heads', models.PositiveSmallIntegerField(default=1)),
                        ('state', models.CharField(choices=[('open', 'Open'), ('on_hold', 'On hold'), ('filled', 'Filled'), ('closed', 'Closed')], default='open', max_length=10)),
                        ('reason', models.CharField(blank=True, max_length=500)),
                        ('opened_on', models.DateField()),
                        ('start_on', models.DateField(blank=True, null=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('hiring_manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('interviewers', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('recruiter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.team')),
                    ],
                    options={
                        'ordering': ['-opened_on', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'on_hold', 'filled', 'closed'])), name='requisition_state'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='requisition_titled'), models.CheckConstraint(condition=models.Q(('heads__range', (1, 500))), name='requisition_heads')],
                    },
                ),
                migrations.CreateModel(
                    name='HiringStage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('kind', models.CharField(choices=[('open', 'Open'), ('hired', 'Hired'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='open', max_length=10)),
                        ('order', models.PositiveSmallIntegerField()),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['order', 'pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='hiring_stage_name_unique'), models.CheckConstraint(condition=models.Q(('kind__in', ['open', 'hired', 'rejected', 'withdrawn'])), name='hiring_stage_kind'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='hiring_stage_named')],
                    },
                ),
                migrations.CreateModel(
                    name='Candidate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('full_name', models.CharField(max_length=200)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('phone', models.CharField(blank=True, max_length=60)),
                        ('source', models.CharField(blank=True, max_length=100)),
                        ('notes', models.TextField(blank=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('erased_at', models.DateTimeField(blank=True, null=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        'ordering': ['full_name', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('full_name', ''), _negated=True), name='candidate_named'), models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('email', ''), ('full_name', 'Erased candidate'), ('notes', ''), ('phone', ''), ('source', '')), _connector='OR'), name='candidate_erased_wholly')],
                    },
                ),
                migrations.CreateModel(
                    name='Application',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('applied_at', models.DateTimeField()),
                        ('submission', models.UUIDField(editable=False, unique=True)),
                        ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='hiring.candidate')),
                        ('changed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('requisition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='hiring.requisition')),
                        ('stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='hiring.hiringstage')),
                    ],
                    options={
                        'ordering': ['-applied_at', '-pk'],
                        'indexes': [models.Index(fields=['requisition', 'stage'], name='application_board')],
                        'constraints': [models.UniqueConstraint(fields=('candidate', 'requisition'), name='application_once_for_a_requisition')],
                    },
                ),
                migrations.CreateModel(
                    name='StageStay',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateTimeField()),
                        ('valid_to', models.DateTimeField(default=datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.UTC))),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stays', to='hiring.application')),
                        ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hiring.hiringstage')),
                    ],
                    options={
                        'ordering': ['application', 'valid_from'],
                        'constraints': [models.UniqueConstraint(fields=('application', 'valid_from'), name='stage_stay_starts_once'), models.UniqueConstraint(fields=('application', 'valid_to'), name='stage_stay_ends_once'), models.CheckConstraint(condition=models.Q(('valid_to__gt', models.F('valid_from'))), name='stage_stay_lasts')],
                    },
                ),
            ],
        ),
    ]
