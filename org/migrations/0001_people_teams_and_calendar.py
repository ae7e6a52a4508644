"""Tables of people, teams, territories and the calendar."""

import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import kit.fields
import kit.operations
import org.models.calendar


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        kit.operations.CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Person',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('email', models.EmailField(blank=True, max_length=254, null=True)),
                        ('full_name', models.CharField(max_length=200)),
                        ('title', models.CharField(blank=True, max_length=200)),
                        ('is_active', models.BooleanField(default=True)),
                        ('started_on', models.DateField(blank=True, null=True)),
                        ('left_on', models.DateField(blank=True, null=True)),
                        ('external_id', models.CharField(blank=True, max_length=100, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('lent_deals', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, editable=False, size=None)),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ],
                    options={
                        'verbose_name_plural': 'people',
                        'ordering': ['full_name', 'pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='person_email_unique'), models.UniqueConstraint(models.F('external_id'), name='person_external_id_unique'), models.CheckConstraint(condition=models.Q(('full_name', ''), _negated=True), name='person_named'), models.CheckConstraint(condition=models.Q(('left_on__isnull', True), ('started_on__isnull', True), ('left_on__gte', models.F('started_on')), _connector='OR'), name='person_leaves_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                        ('name', models.CharField(max_length=200)),
                        ('time_zone', models.CharField(default='UTC', max_length=60)),
                        ('fiscal_year_start_month', models.PositiveSmallIntegerField(default=1)),
                        ('currency', models.CharField(default='USD', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Use the three letters of the currency, such as USD.')])),
                        ('working_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=org.models.calendar.monday_to_friday, size=None)),
                        ('shows_leaderboard', models.BooleanField(default=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='organisation_is_one'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='organisation_named'), models.CheckConstraint(condition=models.Q(('fiscal_year_start_month__range', (1, 12))), name='organisation_start_month'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='organisation_currency')],
                    },
                ),
                migrations.CreateModel(
                    name='Holiday',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(unique=True)),
                        ('name', models.CharField(max_length=100)),
                    ],
                    options={
                        'ordering': ['day'],
                    },
                ),
                migrations.CreateModel(
                    name='FiscalPeriod',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('month', 'Month'), ('quarter', 'Quarter'), ('year', 'Year')], max_length=10)),
                        ('label', models.CharField(max_length=30)),
                        ('start_on', models.DateField()),
                        ('end_on', models.DateField()),
                        ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='org.fiscalperiod')),
                    ],
                    options={
                        'ordering': ['start_on', '-end_on'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['month', 'quarter', 'year'])), name='fiscal_period_kind'), models.UniqueConstraint(fields=('kind', 'start_on'), name='fiscal_period_starts_once'), models.CheckConstraint(condition=models.Q(('end_on__gt', models.F('start_on'))), name='fiscal_period_lasts'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'year'), ('parent__isnull', True)), models.Q(models.Q(('kind', 'year'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='fiscal_period_has_its_parent'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'month')), expressions=[(kit.fields.Days('start_on', 'end_on'), '&&')], name='fiscal_months_apart'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'quarter')), expressions=[(kit.fields.Days('start_on', 'end_on'), '&&')], name='fiscal_quarters_apart'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'year')), expressions=[(kit.fields.Days('start_on', 'end_on'), '&&')], name='fiscal_years_apart')],
                    },
                ),
                migrations.CreateModel(
                    name='ExchangeRate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('currency', models.CharField(max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Use the three letters of the currency, such as USD.')])),
                        ('valid_from', models.DateField()),
                        ('rate', models.DecimalField(decimal_places=8, max_digits=18)),
                    ],
                    options={
                        'ordering': ['currency', '-valid_from'],
                        'constraints': [models.UniqueConstraint(fields=('currency', 'valid_from'), name='exchange_rate_once_a_day'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='exchange_rate_positive'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='exchange_rate_currency')],
                    },
                ),
                migrations.CreateModel(
                    name='Team',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=200)),
                        ('parent_since', models.DateField(db_default=datetime.date(1900, 1, 1), default=datetime.date(1900, 1, 1))),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='org.team')),
                    ],
                    options={
                        'ordering': ['name'],
                        'abstract': False,
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='team_name_unique'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='team_named'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='team_not_in_itself')],
                    },
                ),
                migrations.CreateModel(
                    name='Territory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=200)),
                        ('parent_since', models.DateField(db_default=datetime.date(1900, 1, 1), default=datetime.date(1900, 1, 1))),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='org.territory')),
                    ],
                    options={
                        'verbose_name_plural': 'territories',
                        'ordering': ['name'],
                        'abstract': False,
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='territory_name_unique'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='territory_named'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='territory_not_in_itself')],
                    },
                ),
                migrations.CreateModel(
                    name='RoleGrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('rep', 'Rep'), ('manager', 'Manager'), ('admin', 'Sales-operations admin'), ('recruiter', 'Recruiter'), ('executive', 'Executive (read-only)')], max_length=20)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_grants', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['person', 'role'],
                        'constraints': [models.UniqueConstraint(fields=('person', 'role'), name='role_granted_once'), models.CheckConstraint(condition=models.Q(('role__in', ['rep', 'manager', 'admin', 'recruiter', 'executive'])), name='role_known')],
                    },
                ),
                migrations.CreateModel(
                    name='ReportingLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(blank=True, null=True)),
                        ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='report_lines', to=settings.AUTH_USER_MODEL)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reporting_lines', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['person', 'valid_from'],
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(kit.fields.SameId('person'), '&&'), (kit.fields.Days('valid_from', 'valid_to'), '&&')], name='reporting_line_one_manager_a_day'), models.CheckConstraint(condition=models.Q(('person', models.F('manager')), _negated=True), name='reporting_line_not_to_self'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='reporting_line_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='ReportingClosure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('depth', models.PositiveSmallIntegerField()),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(null=True)),
                        ('ancestor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('descendant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['ancestor', 'descendant'], name='closure_ancestor'), models.Index(fields=['descendant', 'valid_from'], name='closure_descendant')],
                    },
                ),
                migrations.CreateModel(
                    name='AuditEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('action', models.CharField(max_length=60)),
                        ('subject_type', models.CharField(max_length=60)),
                        ('subject_id', models.BigIntegerField(null=True)),
                        ('subject_label', models.CharField(max_length=300)),
                        ('changes', models.JSONField(default=dict)),
                        ('reason', models.CharField(blank=True, max_length=1000)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'audit entries',
                        'ordering': ['-at', '-pk'],
                        'indexes': [models.Index(fields=['-at', '-id'], name='audit_newest'), models.Index(fields=['subject_type', 'subject_id', '-at'], name='audit_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='TeamPlacement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(blank=True, null=True)),
                        ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='org.team')),
                        ('parent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.team')),
                    ],
                    options={
                        'ordering': ['node', 'valid_from'],
                        'abstract': False,
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(kit.fields.SameId('node'), '&&'), (kit.fields.Days('valid_from', 'valid_to'), '&&')], name='teamplacement_one_a_day'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='teamplacement_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='TeamMembership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('is_lead', models.BooleanField(default=False)),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(blank=True, null=True)),
                        ('counts_to', models.DateField(editable=False, null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                        ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='org.team')),
                    ],
                    options={
                        'ordering': ['person', 'valid_from'],
                        'indexes': [models.Index(fields=['team', 'person'], name='membership_team')],
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(kit.fields.SameId('person'), '&&'), (kit.fields.Days('valid_from', 'counts_to'), '&&')], name='membership_one_team_a_day'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='membership_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='TerritoryPlacement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(blank=True, null=True)),
                        ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='org.territory')),
                        ('parent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.territory')),
                    ],
                    options={
                        'ordering': ['node', 'valid_from'],
                        'abstract': False,
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(kit.fields.SameId('node'), '&&'), (kit.fields.Days('valid_from', 'valid_to'), '&&')], name='territoryplacement_one_a_day'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='territoryplacement_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='PersonTerritory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(blank=True, null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='territories', to=settings.AUTH_USER_MODEL)),
                        ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='org.territory')),
                    ],
                    options={
                        'verbose_name_plural': 'person territories',
                        'ordering': ['person', 'valid_from'],
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(kit.fields.SameId('person'), '&&'), (kit.fields.SameId('territory'), '&&'), (kit.fields.Days('valid_from', 'valid_to'), '&&')], name='person_in_territory_once_a_day'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='person_territory_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='Quota',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('measure', models.CharField(choices=[('bookings', 'Bookings'), ('deals_won', 'Deals won'), ('deals_created', 'Deals created'), ('activities', 'Activities')], max_length=20)),
                        ('target', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                        ('reason', models.CharField(max_length=500)),
                        ('set_at', models.DateTimeField()),
                        ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.fiscalperiod')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quotas', to=settings.AUTH_USER_MODEL)),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quotas', to='org.team')),
                        ('territory', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quotas', to='org.territory')),
                    ],
                    options={
                        'ordering': ['period', 'measure', 'set_at', 'pk'],
                        'indexes': [models.Index(fields=['period', 'measure', 'person', '-set_at'], name='quota_of_person'), models.Index(fields=['period', 'measure', 'team', '-set_at'], name='quota_of_team')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('measure__in', ['bookings', 'deals_won', 'deals_created', 'activities'])), name='quota_measure'), models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('team__isnull', True), ('territory__isnull', True)), models.Q(('person__isnull', True), ('team__isnull', False), ('territory__isnull', True)), models.Q(('person__isnull', True), ('team__isnull', True), ('territory__isnull', False)), _connector='OR'), name='quota_one_subject'), models.CheckConstraint(condition=models.Q(('target__isnull', True), ('target__gt', 0), _connector='OR'), name='quota_positive'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='quota_has_reason'), models.CheckConstraint(condition=models.Q(('set_by__isnull', True), ('person__isnull', True), models.Q(('person', models.F('set_by')), _negated=True), _connector='OR'), name='quota_not_set_by_its_person')],
                    },
                ),
                migrations.CreateModel(
                    name='ApiToken',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('scope', models.CharField(choices=[('read', 'Read'), ('write', 'Read and write')], max_length=10)),
                        ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                        ('hint', models.CharField(editable=False, max_length=4)),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('expires_at', models.DateTimeField()),
                        ('last_used_at', models.DateTimeField(null=True)),
                        ('revoked_at', models.DateTimeField(null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                        ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at', '-pk'],
                        'constraints': [models.UniqueConstraint(models.F('person'), django.db.models.functions.text.Lower('name'), condition=models.Q(('revoked_at__isnull', True)), name='token_name_once_a_person'), models.CheckConstraint(condition=models.Q(('scope__in', ['read', 'write'])), name='token_scope'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='token_named'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='token_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='KeptReply',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=255)),
                        ('fingerprint', models.CharField(max_length=64)),
                        ('status', models.PositiveSmallIntegerField()),
                        ('body', models.JSONField()),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'kept replies',
                        'indexes': [models.Index(fields=['created_at'], name='kept_reply_age')],
                        'constraints': [models.UniqueConstraint(fields=('person', 'key'), name='kept_reply_once'), models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='kept_reply_keyed')],
                    },
                ),
            ],
        ),
    ]
