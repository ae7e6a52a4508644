"""Tables of one-on-ones, notes and action items."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kit.operations


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        kit.operations.CreateTables(
            operations=[
                migrations.CreateModel(
                    name='OneOnOne',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('every_days', models.PositiveSmallIntegerField(default=7)),
                        ('started_at', models.DateTimeField(auto_now_add=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'one-on-one',
                        'ordering': ['person__full_name', 'pk'],
                        'indexes': [models.Index(fields=['manager'], name='one_on_one_of_manager')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('person', 'manager'), name='one_on_one_runs_once'), models.CheckConstraint(condition=models.Q(('person', models.F('manager')), _negated=True), name='one_on_one_of_two'), models.CheckConstraint(condition=models.Q(('every_days__range', (1, 92))), name='one_on_one_rhythm')],
                    },
                ),
                migrations.CreateModel(
                    name='Session',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('planned_on', models.DateField()),
                        ('state', models.CharField(choices=[('planned', 'Planned'), ('held', 'Held'), ('cancelled', 'Cancelled')], default='planned', max_length=10)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('one_on_one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='coaching.oneonone')),
                    ],
                    options={
                        'ordering': ['-planned_on', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'cancelled'), _negated=True), fields=('one_on_one', 'planned_on'), name='session_once_a_day'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'held', 'cancelled'])), name='session_state')],
                    },
                ),
                migrations.CreateModel(
                    name='Note',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('body', models.TextField()),
                        ('submission', models.UUIDField(editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('edited_at', models.DateTimeField(blank=True, null=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='coaching.session')),
                    ],
                    options={
                        'ordering': ['created_at', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='note_says_something')],
                    },
                ),
                migrations.CreateModel(
                    name='PrivateNote',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('body', models.TextField(blank=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('edited_at', models.DateTimeField(auto_now=True)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coaching.session')),
                    ],
                    options={
                        'ordering': ['session', 'author'],
                        'constraints': [models.UniqueConstraint(fields=('session', 'author'), name='private_note_one_each')],
                    },
                ),
                migrations.CreateModel(
                    name='ActionItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('task', models.CharField(max_length=500)),
                        ('due_on', models.DateField(blank=True, null=True)),
                        ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('dropped', 'Dropped')], default='open', max_length=10)),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('submission', models.UUIDField(editable=False, unique=True)),
                        ('closed_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coaching.session')),
                        ('one_on_one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='coaching.oneonone')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('raised_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='raised_items', to='coaching.session')),
                    ],
                    options={
                        'ordering': ['due_on', 'pk'],
                        'indexes': [models.Index(fields=['one_on_one', 'state'], name='action_item_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'done', 'dropped'])), name='action_item_state'), models.CheckConstraint(condition=models.Q(('task', ''), _negated=True), name='action_item_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_in__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='action_item_closed_at')],
                    },
                ),
            ],
        ),
    ]
