"""Tables of recompute runs, reviews, risk and data quality."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import kit.operations


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('org', '0001_people_teams_and_calendar'),
        ('pipeline', '0001_customers_deals_and_activities'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        kit.operations.CreateTables(
            operations=[
                migrations.CreateModel(
                    name='PipelineReview',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('person', 'Person'), ('team', 'Team'), ('territory', 'Territory'), ('everyone', 'Everyone'), ('below', 'Below')], max_length=10)),
                        ('reviewed_at', models.DateTimeField()),
                        ('submission', models.UUIDField(editable=False, unique=True)),
                        ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pipeline', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.pipeline')),
                        ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.team')),
                        ('territory', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.territory')),
                    ],
                    options={
                        'ordering': ['-reviewed_at', '-pk'],
                        'indexes': [models.Index(fields=['reviewer', '-reviewed_at'], name='review_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'team', 'territory', 'everyone', 'below'])), name='review_kind'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'team'), ('person', None), ('team__isnull', False), ('territory', None)), models.Q(('kind', 'person'), ('person__isnull', False), ('team', None), ('territory', None)), models.Q(('kind', 'territory'), ('person', None), ('team', None), ('territory__isnull', False)), models.Q(('kind__in', ['everyone', 'below']), ('person', None), ('team', None), ('territory', None)), _connector='OR'), name='review_names_its_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='SavedView',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('page', models.CharField(choices=[('deals', 'Deals'), ('review', 'Review'), ('board', 'Board')], max_length=20)),
                        ('name', models.CharField(max_length=80)),
                        ('query', models.CharField(max_length=2000)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('archived_at', models.DateTimeField(editable=False, null=True)),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.team')),
                    ],
                    options={
                        'ordering': [django.db.models.functions.text.Lower('name'), 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('page__in', ['deals', 'review', 'board'])), name='saved_view_page'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_view_named'), models.UniqueConstraint(models.F('owner'), models.F('page'), django.db.models.functions.text.Lower('name'), condition=models.Q(('archived_at__isnull', True)), name='saved_view_name_unique')],
                    },
                ),
                migrations.CreateModel(
                    name='RecomputeRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('as_of', models.DateField()),
                        ('moment', models.DateTimeField()),
                        ('trigger', models.CharField(choices=[('schedule', 'Schedule'), ('page', 'Page'), ('command', 'Command')], max_length=10)),
                        ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('exceptions', 'Done, with exceptions')], default='running', max_length=10)),
                        ('is_current', models.BooleanField(default=False)),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('past_writes', models.PositiveIntegerField(null=True)),
                        ('restarts', models.PositiveSmallIntegerField(default=0)),
                        ('doubt', models.CharField(blank=True, max_length=500)),
                        ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('trigger__in', ['schedule', 'page', 'command'])), name='run_trigger'), models.CheckConstraint(condition=models.Q(('state__in', ['running', 'done', 'exceptions'])), name='run_state'), models.UniqueConstraint(condition=models.Q(('trigger', 'schedule')), fields=('as_of',), name='run_scheduled_once_a_day'), models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('as_of',), name='run_one_at_a_time'), models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('as_of',), name='run_one_current'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('is_current', False), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='run_finished_has_its_time')],
                    },
                ),
                migrations.CreateModel(
                    name='SignalRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('signal', models.CharField(choices=[('owner_left', 'Owner has left'), ('close_passed', 'Close date passed'), ('not_committed', 'Large and not in commit'), ('step_overdue', 'Next step overdue'), ('stalled', 'Stalled'), ('quiet', 'Quiet'), ('pushed', 'Pushed often'), ('too_soon', 'Closes sooner than any'), ('went_back', 'Went back'), ('amount_fell', 'Amount fell'), ('single_contact', 'Single contact'), ('no_decision_maker', 'No decision-maker'), ('no_close_date', 'No close date'), ('no_step', 'No next step'), ('exit_missing', 'Missing for its stage'), ('no_amount', 'No amount'), ('no_contact', 'No contact')], max_length=20)),
                        ('is_on', models.BooleanField()),
                        ('limit', models.PositiveIntegerField(null=True)),
                        ('weight', models.PositiveSmallIntegerField()),
                        ('learnt_from', models.PositiveIntegerField(null=True)),
                        ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-set_at', '-pk'],
                        'indexes': [models.Index(fields=['signal', '-set_at', '-id'], name='signal_rule_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('signal__in', ['owner_left', 'close_passed', 'not_committed', 'step_overdue', 'stalled', 'quiet', 'pushed', 'too_soon', 'went_back', 'amount_fell', 'single_contact', 'no_decision_maker', 'no_close_date', 'no_step', 'exit_missing', 'no_amount', 'no_contact'])), name='signal_rule_signal'), models.CheckConstraint(condition=models.Q(('limit__isnull', True), ('limit__gt', 0), _connector='OR'), name='signal_rule_limit_above_zero'), models.CheckConstraint(condition=models.Q(('weight__lte', 100)), name='signal_rule_weight')],
                    },
                ),
                migrations.CreateModel(
                    name='Disposition',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('signal', models.CharField(choices=[('owner_left', 'Owner has left'), ('close_passed', 'Close date passed'), ('not_committed', 'Large and not in commit'), ('step_overdue', 'Next step overdue'), ('stalled', 'Stalled'), ('quiet', 'Quiet'), ('pushed', 'Pushed often'), ('too_soon', 'Closes sooner than any'), ('went_back', 'Went back'), ('amount_fell', 'Amount fell'), ('single_contact', 'Single contact'), ('no_decision_maker', 'No decision-maker'), ('no_close_date', 'No close date'), ('no_step', 'No next step'), ('exit_missing', 'Missing for its stage'), ('no_amount', 'No amount'), ('no_contact', 'No contact')], max_length=20)),
                        ('remedy', models.CharField(choices=[('fix', 'Fix'), ('close', 'Close'), ('justify', 'Justify')], max_length=10)),
                        ('due_on', models.DateField()),
                        ('reason', models.TextField(blank=True)),
                        ('decided_at', models.DateTimeField()),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dispositions', to='pipeline.deal')),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-decided_at', '-pk'],
                        'indexes': [models.Index(fields=['deal', 'signal', '-decided_at'], name='disposition_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('signal__in', ['owner_left', 'close_passed', 'not_committed', 'step_overdue', 'stalled', 'quiet', 'pushed', 'too_soon', 'went_back', 'amount_fell', 'single_contact', 'no_decision_maker', 'no_close_date', 'no_step', 'exit_missing', 'no_amount', 'no_contact'])), name='disposition_signal'), models.CheckConstraint(condition=models.Q(('remedy__in', ['fix', 'close', 'justify'])), name='disposition_remedy'), models.CheckConstraint(condition=models.Q(models.Q(('remedy', 'justify'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='disposition_justified_in_words')],
                    },
                ),
                migrations.CreateModel(
                    name='RecomputeChunk',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('step', models.CharField(choices=[('plan', 'Planning the parts'), ('attainment', 'Attainment'), ('norms', 'What won deals teach'), ('backtest', 'Forecasts as they would have been'), ('forecast', 'Forecasts')], max_length=12)),
                        ('phase', models.PositiveSmallIntegerField()),
                        ('part', models.PositiveIntegerField(default=0)),
                        ('label', models.CharField(max_length=200)),
                        ('everyone', models.BooleanField(default=False)),
                        ('people', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                        ('days', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), default=list, size=None)),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('working', 'Working'), ('done', 'Done'), ('quarantined', 'Given up')], default='waiting', max_length=12)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('lease_until', models.DateTimeField(null=True)),
                        ('started_at', models.DateTimeField(null=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('worker', models.CharField(blank=True, max_length=200)),
                        ('rows', models.PositiveIntegerField(default=0)),
                        ('error', models.TextField(blank=True)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='analytics.recomputerun')),
                        ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.team')),
                    ],
                    options={
                        'ordering': ['run', 'phase', 'step', 'part'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['plan', 'attainment', 'norms', 'backtest', 'forecast'])), name='chunk_step'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'working', 'done', 'quarantined'])), name='chunk_state'), models.UniqueConstraint(fields=('run', 'step', 'part'), name='chunk_once'), models.CheckConstraint(condition=models.Q(models.Q(('attempts__gt', 0), ('lease_until__isnull', False), ('state', 'working')), models.Q(models.Q(('state', 'working'), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='chunk_working_has_lease'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ['done', 'quarantined'])), models.Q(('finished_at__isnull', True), ('state__in', ['waiting', 'working'])), _connector='OR'), name='chunk_finished_has_its_time')],
                    },
                ),
                migrations.CreateModel(
                    name='AttainmentSnapshot',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('measure', models.CharField(choices=[('bookings', 'Bookings'), ('deals_won', 'Deals won'), ('deals_created', 'Deals created'), ('activities', 'Activities')], max_length=20)),
                        ('actual', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('target', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                        ('target_complete', models.BooleanField(default=True)),
                        ('cases', models.PositiveIntegerField()),
                        ('unpriced', models.PositiveIntegerField()),
                        ('overlay', models.DecimalField(db_default=0, decimal_places=2, max_digits=16)),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                        ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team')),
                    ],
                    options={
                        'ordering': ['run', 'period', 'measure', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('measure__in', ['bookings', 'deals_won', 'deals_created', 'activities'])), name='attainment_measure'), models.UniqueConstraint(fields=('run', 'person', 'team', 'period', 'measure'), name='attainment_once_a_run', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('person__isnull', True), ('team__isnull', True), _connector='OR'), name='attainment_one_subject'), models.CheckConstraint(condition=models.Q(('unpriced__lte', models.F('cases'))), name='attainment_cases')],
                    },
                ),
                migrations.CreateModel(
                    name='StageNorm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('deals', models.PositiveIntegerField()),
                        ('median', models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                        ('p75', models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                        ('fewest', models.PositiveIntegerField(null=True)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                        ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pipeline.stage')),
                    ],
                    options={
                        'ordering': ['run', 'stage'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'stage'), name='stage_norm_once_a_run'), models.CheckConstraint(condition=models.Q(models.Q(('deals', 0), ('fewest__isnull', True), ('median__isnull', True), ('p75__isnull', True)), models.Q(('deals__gt', 0), ('fewest__isnull', False), ('median__isnull', False), ('p75__gte', models.F('median'))), _connector='OR'), name='stage_norm_has_its_deals')],
                    },
                ),
                migrations.CreateModel(
                    name='LearntLimit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('signal', models.CharField(choices=[('owner_left', 'Owner has left'), ('close_passed', 'Close date passed'), ('not_committed', 'Large and not in commit'), ('step_overdue', 'Next step overdue'), ('stalled', 'Stalled'), ('quiet', 'Quiet'), ('pushed', 'Pushed often'), ('too_soon', 'Closes sooner than any'), ('went_back', 'Went back'), ('amount_fell', 'Amount fell'), ('single_contact', 'Single contact'), ('no_decision_maker', 'No decision-maker'), ('no_close_date', 'No close date'), ('no_step', 'No next step'), ('exit_missing', 'Missing for its stage'), ('no_amount', 'No amount'), ('no_contact', 'No contact')], max_length=20)),
                        ('deals', models.PositiveIntegerField()),
                        ('limit', models.PositiveIntegerField(null=True)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                    ],
                    options={
                        'ordering': ['run', 'signal'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('signal__in', ['owner_left', 'close_passed', 'not_committed', 'step_overdue', 'stalled', 'quiet', 'pushed', 'too_soon', 'went_back', 'amount_fell', 'single_contact', 'no_decision_maker', 'no_close_date', 'no_step', 'exit_missing', 'no_amount', 'no_contact'])), name='learnt_limit_signal'), models.UniqueConstraint(fields=('run', 'signal'), name='learnt_limit_once_a_run'), models.CheckConstraint(condition=models.Q(('limit__isnull', True), ('limit__gt', 0), _connector='OR'), name='learnt_limit_above_zero')],
                    },
                ),
            ],
        ),
    ]
