"""Tables of forecasts, their runs and how good they were."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import kit.operations


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('analytics', '0001_runs_reviews_and_risk'),
        ('org', '0001_people_teams_and_calendar'),
        ('pipeline', '0001_customers_deals_and_activities'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        kit.operations.CreateTables(
            operations=[
                migrations.CreateModel(
                    name='ForecastRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('missing', models.CharField(blank=True, max_length=300)),
                        ('past_periods', models.PositiveSmallIntegerField(default=0)),
                        ('open_ratio', models.FloatField(default=1.0)),
                        ('new_ratio', models.FloatField(default=1.0)),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='forecast_runs', to='analytics.recomputerun')),
                    ],
                    options={
                        'ordering': ['run', 'period'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'period'), name='forecast_run_once_a_period'), models.CheckConstraint(condition=models.Q(('new_ratio__gte', 0), ('open_ratio__gte', 0)), name='forecast_run_ratios')],
                    },
                ),
                migrations.CreateModel(
                    name='Forecast',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('booked', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('from_open', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('from_new', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('total', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('low', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                        ('high', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                        ('open_deals', models.PositiveIntegerField()),
                        ('unpriced', models.PositiveIntegerField()),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                        ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team')),
                    ],
                    options={
                        'ordering': ['run', 'period', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'person', 'team', 'period'), name='forecast_once_a_run', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('person__isnull', True), ('team__isnull', True), _connector='OR'), name='forecast_one_subject'), models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('booked'), '+', models.F('from_open')), '+', models.F('from_new')))), name='forecast_adds_up'), models.CheckConstraint(condition=models.Q(models.Q(('high__isnull', True), ('low__isnull', True)), models.Q(('high__gte', models.F('total')), ('low__lte', models.F('total'))), _connector='OR'), name='forecast_inside_its_interval')],
                    },
                ),
                migrations.CreateModel(
                    name='DealExpectation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('chance', models.FloatField(null=True)),
                        ('worth', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pipeline.deal')),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                    ],
                    options={
                        'ordering': ['run', 'period', '-amount', 'deal'],
                        'indexes': [models.Index(fields=['run', 'period', 'person'], name='expectation_of_person')],
                        'constraints': [models.UniqueConstraint(fields=('run', 'period', 'deal'), name='expectation_once'), models.CheckConstraint(condition=models.Q(('amount__lte', models.F('worth'))), name='expectation_within_worth')],
                    },
                ),
                migrations.CreateModel(
                    name='PastForecast',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('made_on', models.DateField()),
                        ('weeks_left', models.PositiveSmallIntegerField()),
                        ('forecast', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('low', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                        ('high', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                        ('last_period', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('last_year', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('run_rate', models.DecimalField(decimal_places=2, max_digits=16)),
                        ('actual', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                        ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.team')),
                    ],
                    options={
                        'ordering': ['run', 'period', '-weeks_left', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'person', 'team', 'period', 'made_on'), name='past_forecast_once_a_run', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('person__isnull', True), ('team__isnull', True), _connector='OR'), name='past_forecast_one_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='OriginWorkings',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('made_on', models.DateField()),
                        ('people', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('teams', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('booked', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('open', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                        ('new', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                        ('spread_open', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                        ('spread_new', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                        ('last_period', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                        ('last_year', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                        ('run_rate', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                        ('came_open', models.FloatField(null=True)),
                        ('came_new', models.FloatField(null=True)),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                    ],
                    options={
                        'ordering': ['run', 'made_on', 'period'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'period', 'made_on'), name='origin_workings_once')],
                    },
                ),
                migrations.CreateModel(
                    name='DealWorkings',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('deals', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('people', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('teams', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('cents', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                        ('worth', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None)),
                        ('unpriced', django.contrib.postgres.fields.ArrayField(base_field=models.BooleanField(), size=None)),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                    ],
                    options={
                        'ordering': ['run', 'period'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'period'), name='deal_workings_once')],
                    },
                ),
                migrations.CreateModel(
                    name='OutcomeWorkings',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('people', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('teams', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('settled', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None)),
                        ('actual', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.recomputerun')),
                    ],
                    options={
                        'ordering': ['run', 'period'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'period'), name='outcome_workings_once')],
                    },
                ),
            ],
        ),
    ]
