"""Tables of customers, deals, activities and what is judged by them."""

import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import kit.fields
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
                kit.operations.LoadSQL(
                    name='pipeline/customers/sql/name_key.sql',
                ),
                kit.operations.LoadSQL(
                    name='pipeline/customers/sql/web_domain.sql',
                ),
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=200)),
                        ('industry', models.CharField(blank=True, max_length=100)),
                        ('country', models.CharField(blank=True, max_length=100)),
                        ('website', models.CharField(blank=True, max_length=200)),
                        ('employees', models.PositiveIntegerField(blank=True, null=True)),
                        ('annual_revenue', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                        ('founded_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('external_id', models.CharField(blank=True, max_length=100, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('merged_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.account')),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='pipeline.account')),
                    ],
                    options={
                        'ordering': ['name', 'pk'],
                        'indexes': [models.Index(django.db.models.functions.text.Upper('name'), name='account_name_upper'), models.Index(fields=['name', 'id'], name='account_by_name'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', config='simple'), name='account_name_words'), models.Index(models.Func(models.F('name'), function='pipeline_name_key', output_field=models.TextField()), name='account_by_key'), models.Index(models.Func(models.F('website'), function='pipeline_web_domain', output_field=models.TextField()), name='account_by_domain')],
                        'constraints': [models.UniqueConstraint(models.F('external_id'), name='account_external_id_unique'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='account_named'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='account_not_its_parent'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('archived_at__isnull', False), models.Q(('merged_into', models.F('id')), _negated=True)), _connector='OR'), name='account_merged_is_archived')],
                    },
                ),
                migrations.CreateModel(
                    name='Product',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=200)),
                        ('family', models.CharField(blank=True, max_length=100)),
                        ('list_price', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                        ('currency', models.CharField(max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Use the three letters of the currency, such as USD.')])),
                        ('external_id', models.CharField(blank=True, max_length=100, null=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='product_name_unique'), models.UniqueConstraint(models.F('external_id'), name='product_external_id_unique'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='product_named'), models.CheckConstraint(condition=models.Q(('list_price__isnull', True), ('list_price__gte', 0), _connector='OR'), name='product_price_not_negative'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='product_currency')],
                    },
                ),
                migrations.CreateModel(
                    name='LossReason',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=30, unique=True)),
                        ('name', models.CharField(max_length=100)),
                        ('kind', models.CharField(choices=[('competitive', 'Competitive loss'), ('no_decision', 'No decision'), ('price', 'Price'), ('product_gap', 'Product gap'), ('timing', 'Timing'), ('disqualified', 'Disqualified'), ('other', 'Other')], max_length=20)),
                        ('order', models.PositiveSmallIntegerField(default=100)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['order', 'pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='loss_reason_name_unique'), models.CheckConstraint(condition=models.Q(('kind__in', ['competitive', 'no_decision', 'price', 'product_gap', 'timing', 'disqualified', 'other'])), name='loss_reason_kind'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='loss_reason_named'), models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z][a-z0-9_]*$')), name='loss_reason_code')],
                    },
                ),
                migrations.CreateModel(
                    name='Competitor',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': [django.db.models.functions.text.Lower('name'), 'pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='competitor_name_unique'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='competitor_named')],
                    },
                ),
                migrations.CreateModel(
                    name='Pipeline',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('order', models.PositiveSmallIntegerField(default=10)),
                        ('is_default', models.BooleanField(default=False)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['order', 'pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), condition=models.Q(('archived_at__isnull', True)), name='pipeline_name_unique'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='pipeline_one_default'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='pipeline_named'), models.CheckConstraint(condition=models.Q(('is_default', False), ('archived_at__isnull', True), _connector='OR'), name='pipeline_default_in_use')],
                    },
                ),
                kit.operations.LoadSQL(
                    name='pipeline/stages/sql/default_pipeline.sql',
                ),
                migrations.CreateModel(
                    name='PastWrite',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('since', models.DateTimeField()),
                        ('noted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        'indexes': [models.Index(fields=['noted_at'], name='past_write_noted')],
                    },
                ),
                migrations.CreateModel(
                    name='CalendarUpload',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('file_name', models.CharField(max_length=200)),
                        ('uploaded_at', models.DateTimeField()),
                        ('meetings', models.JSONField(default=list)),
                        ('left_out', models.JSONField(default=dict)),
                        ('submission', models.UUIDField(editable=False, unique=True)),
                        ('logged_at', models.DateTimeField(null=True)),
                        ('activities', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                        ('undone_at', models.DateTimeField(null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-uploaded_at', '-pk'],
                        'indexes': [models.Index(fields=['person', '-uploaded_at'], name='calendar_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('undone_at__isnull', True), ('logged_at__isnull', False), _connector='OR'), name='calendar_undone_after_logged')],
                    },
                ),
                migrations.CreateModel(
                    name='Framework',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='framework_name_unique'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='framework_named')],
                    },
                ),
                migrations.CreateModel(
                    name='Contact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('full_name', models.CharField(max_length=200)),
                        ('title', models.CharField(blank=True, max_length=200)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('phone', models.CharField(blank=True, max_length=60)),
                        ('external_id', models.CharField(blank=True, max_length=100, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='pipeline.account')),
                        ('merged_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.contact')),
                    ],
                    options={
                        'ordering': ['full_name', 'pk'],
                        'indexes': [models.Index(django.db.models.functions.text.Lower('email'), name='contact_by_email')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('archived_at__isnull', False), models.Q(('merged_into', models.F('id')), _negated=True)), _connector='OR'), name='contact_merged_is_archived'), models.UniqueConstraint(models.F('external_id'), name='contact_external_id_unique'), models.CheckConstraint(condition=models.Q(('full_name', ''), _negated=True), name='contact_named')],
                    },
                ),
                migrations.CreateModel(
                    name='AccountTerritory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateField()),
                        ('valid_to', models.DateField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='territories', to='pipeline.account')),
                        ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.territory')),
                    ],
                    options={
                        'verbose_name_plural': 'account territories',
                        'ordering': ['account', 'valid_from'],
                        'indexes': [models.Index(fields=['territory', 'account'], name='account_territory_idx')],
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(kit.fields.SameId('account'), '&&'), (kit.fields.Days('valid_from', 'valid_to'), '&&')], name='account_in_one_territory_a_day'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='account_territory_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='Stage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('kind', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=10)),
                        ('order', models.PositiveSmallIntegerField()),
                        ('probability', models.PositiveSmallIntegerField(help_text='Percent of deals here that end as won.')),
                        ('default_category', models.CharField(choices=[('omitted', 'Omitted'), ('pipeline', 'Pipeline'), ('best_case', 'Best case'), ('commit', 'Commit'), ('closed', 'Closed')], default='pipeline', max_length=20)),
                        ('expected_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('is_qualified', models.BooleanField(db_default=False, default=False)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('pipeline', models.ForeignKey(db_default=models.Func(function='pipeline_default_pipeline', output_field=models.BigIntegerField()), on_delete=django.db.models.deletion.PROTECT, related_name='stages', to='pipeline.pipeline')),
                    ],
                    options={
                        'ordering': ['pipeline__order', 'pipeline_id', 'order', 'pk'],
                        'constraints': [models.UniqueConstraint(models.F('pipeline'), django.db.models.functions.text.Lower('name'), name='stage_name_unique'), models.CheckConstraint(condition=models.Q(('kind__in', ['open', 'won', 'lost'])), name='stage_kind'), models.UniqueConstraint(condition=models.Q(('is_qualified', True)), fields=('pipeline',), name='stage_one_qualified_a_pipeline'), models.CheckConstraint(condition=models.Q(('is_qualified', False), ('kind', 'open'), _connector='OR'), name='stage_qualified_is_open'), models.CheckConstraint(condition=models.Q(('default_category__in', ['omitted', 'pipeline', 'best_case', 'commit', 'closed'])), name='stage_category'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='stage_named'), models.CheckConstraint(condition=models.Q(models.Q(('default_category', 'closed'), ('kind', 'won'), ('probability', 100)), models.Q(('default_category', 'omitted'), ('kind', 'lost'), ('probability', 0)), models.Q(('kind', 'open'), ('probability__lte', 100), models.Q(('default_category', 'closed'), _negated=True)), _connector='OR'), name='stage_probability_fits_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='FrameworkElement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60)),
                        ('question', models.CharField(max_length=300)),
                        ('order', models.PositiveSmallIntegerField(default=10)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('framework', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='elements', to='pipeline.framework')),
                    ],
                    options={
                        'ordering': ['framework', 'order', 'pk'],
                        'constraints': [models.UniqueConstraint(models.F('framework'), django.db.models.functions.text.Lower('name'), condition=models.Q(('archived_at', None)), name='element_name_unique'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('question', ''), _negated=True)), name='element_asks')],
                    },
                ),
                migrations.CreateModel(
                    name='Merge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('moved', models.JSONField(default=dict)),
                        ('fields', models.JSONField(default=dict)),
                        ('left', models.JSONField(default=list)),
                        ('merged_at', models.DateTimeField()),
                        ('undone_at', models.DateTimeField(null=True)),
                        ('gone_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.account')),
                        ('gone_contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.contact')),
                        ('kept_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='pipeline.account')),
                        ('kept_contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='pipeline.contact')),
                        ('merged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-merged_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('gone_account__isnull', False), ('kept_account__isnull', False), ('gone_contact__isnull', True), ('kept_contact__isnull', True), models.Q(('kept_account', models.F('gone_account')), _negated=True)), models.Q(('gone_contact__isnull', False), ('kept_contact__isnull', False), ('gone_account__isnull', True), ('kept_account__isnull', True), models.Q(('kept_contact', models.F('gone_contact')), _negated=True)), _connector='OR'), name='merge_one_pair'), models.UniqueConstraint(condition=models.Q(('gone_account__isnull', False), ('undone_at__isnull', True)), fields=('gone_account',), name='merge_account_goes_once'), models.UniqueConstraint(condition=models.Q(('gone_contact__isnull', False), ('undone_at__isnull', True)), fields=('gone_contact',), name='merge_contact_goes_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Apart',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('said_at', models.DateTimeField()),
                        ('one_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pipeline.account')),
                        ('one_contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pipeline.contact')),
                        ('other_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pipeline.account')),
                        ('other_contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pipeline.contact')),
                        ('said_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'apart',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('one_account__isnull', False), ('other_account__isnull', False), ('one_contact__isnull', True), ('other_contact__isnull', True), models.Q(('one_account', models.F('other_account')), _negated=True)), models.Q(('one_contact__isnull', False), ('other_contact__isnull', False), ('one_account__isnull', True), ('other_account__isnull', True), models.Q(('one_contact', models.F('other_contact')), _negated=True)), _connector='OR'), name='apart_one_pair'), models.UniqueConstraint(fields=('one_account', 'other_account'), name='apart_accounts_once'), models.UniqueConstraint(fields=('one_contact', 'other_contact'), name='apart_contacts_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Deal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=200)),
                        ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=10)),
                        ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                        ('currency', models.CharField(max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Use the three letters of the currency, such as USD.')])),
                        ('amount_base', models.DecimalField(decimal_places=2, editable=False, max_digits=14, null=True)),
                        ('exchange_rate', models.DecimalField(decimal_places=8, editable=False, max_digits=18, null=True)),
                        ('exchange_rate_from', models.DateField(editable=False, null=True)),
                        ('expected_close_on', models.DateField(blank=True, null=True)),
                        ('original_close_on', models.DateField(editable=False, null=True)),
                        ('closed_on', models.DateField(blank=True, null=True)),
                        ('category_override', models.CharField(blank=True, choices=[('omitted', 'Omitted'), ('pipeline', 'Pipeline'), ('best_case', 'Best case'), ('commit', 'Commit'), ('closed', 'Closed')], max_length=20, null=True)),
                        ('category', models.CharField(choices=[('omitted', 'Omitted'), ('pipeline', 'Pipeline'), ('best_case', 'Best case'), ('commit', 'Commit'), ('closed', 'Closed')], default='pipeline', max_length=20)),
                        ('next_step', models.CharField(blank=True, max_length=500)),
                        ('next_step_on', models.DateField(blank=True, null=True)),
                        ('wait_until', models.DateField(blank=True, null=True)),
                        ('source', models.CharField(blank=True, max_length=100)),
                        ('lost_reason', models.CharField(blank=True, max_length=30, null=True)),
                        ('lost_note', models.TextField(blank=True)),
                        ('win_evidence', models.TextField(blank=True)),
                        ('external_id', models.CharField(blank=True, max_length=100, null=True)),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('stage_entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('submission', models.UUIDField(editable=False, null=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='pipeline.account')),
                        ('competitor', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.competitor')),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('credited_to', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deals', to=settings.AUTH_USER_MODEL)),
                        ('stage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='pipeline.stage')),
                    ],
                    options={
                        'ordering': ['-created_at', '-pk'],
                        'indexes': [models.Index(condition=models.Q(('archived_at__isnull', True), ('status', 'open')), fields=['owner', 'expected_close_on'], name='deal_open_by_owner'), models.Index(fields=['-created_at', '-id'], name='deal_newest'), models.Index(fields=['stage', 'id'], name='deal_by_stage'), models.Index(fields=['id'], include=('created_at',), name='deal_creation'), models.Index(fields=['owner', '-created_at', '-id'], name='deal_newest_of_owner'), models.Index(models.OrderBy(models.F('amount_base'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('archived_at__isnull', True)), name='deal_by_amount'), models.Index(models.OrderBy(models.F('closed_on'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('archived_at__isnull', True)), name='deal_by_closing'), models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['expected_close_on', 'id'], name='deal_by_close'), models.Index(condition=models.Q(('archived_at__isnull', True), ('status', 'open')), fields=['expected_close_on', 'id'], name='deal_open_by_close'), models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['name', 'id'], name='deal_by_name'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.search.SearchVector('name', config='simple'), name='deal_name_words')],
                        'constraints': [models.UniqueConstraint(models.F('external_id'), name='deal_external_id_unique'), models.UniqueConstraint(models.F('submission'), name='deal_submission_once'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'won', 'lost'])), name='deal_status'), models.CheckConstraint(condition=models.Q(('category__in', ['omitted', 'pipeline', 'best_case', 'commit', 'closed'])), name='deal_category'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='deal_named'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='deal_currency'), models.CheckConstraint(condition=models.Q(('category_override__isnull', True), ('category_override__in', ['omitted', 'pipeline', 'best_case', 'commit']), _connector='OR'), name='deal_category_override_open'), models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', True), ('credited_to__isnull', True), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('closed_on__isnull', False), ('credited_to__isnull', False)), _connector='OR'), name='deal_closed_has_its_day'), models.CheckConstraint(condition=models.Q(models.Q(('expected_close_on__isnull', True), ('expected_close_on__range', ('1980-01-01', '2199-12-31')), _connector='OR'), models.Q(('closed_on__isnull', True), ('closed_on__range', ('1980-01-01', '2199-12-31')), _connector='OR')), name='deal_days_plausible'), models.CheckConstraint(condition=models.Q(('wait_until__isnull', True), ('wait_until__range', ('1980-01-01', '2199-12-31')), _connector='OR'), name='deal_waits_plausibly'), models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('amount_base__isnull', True)), models.Q(('amount__isnull', False), ('amount_base__isnull', False)), _connector='OR'), name='deal_amount_in_both_currencies'), models.CheckConstraint(condition=models.Q(models.Q(('exchange_rate__isnull', True), ('exchange_rate_from__isnull', True)), models.Q(('exchange_rate__isnull', False), ('exchange_rate_from__isnull', False)), _connector='OR'), name='deal_rate_has_its_day')],
                    },
                ),
                migrations.CreateModel(
                    name='ExitCriterion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exit_criteria', to='pipeline.stage')),
                    ],
                    options={
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='RequiredField',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('field', models.CharField(choices=[('account', 'Account'), ('amount', 'Amount'), ('expected_close_on', 'Expected close'), ('next_step', 'Next step'), ('next_step_on', 'Day of the next step'), ('contacts', 'Contact'), ('products', 'Products'), ('competitor', 'Competitor'), ('source', 'Source')], max_length=30)),
                        ('valid_from', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('valid_to', models.DateTimeField(editable=False, null=True)),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='required_fields', to='pipeline.stage')),
                    ],
                    options={
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('stage', 'field'), name='field_required_once'), models.CheckConstraint(condition=models.Q(('field__in', ['account', 'amount', 'expected_close_on', 'next_step', 'next_step_on', 'contacts', 'products', 'competitor', 'source'])), name='required_field_known')],
                    },
                ),
                migrations.CreateModel(
                    name='GapRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('minimum', models.PositiveSmallIntegerField()),
                        ('valid_from', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('valid_to', models.DateTimeField(editable=False, null=True)),
                        ('element', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gaps', to='pipeline.frameworkelement')),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.stage')),
                    ],
                    options={
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('element', 'stage'), name='gap_once_a_stage'), models.CheckConstraint(condition=models.Q(('minimum__range', (1, 3))), name='gap_minimum')],
                    },
                ),
                migrations.CreateModel(
                    name='StagePeople',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('named', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None)),
                        ('engaged', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None)),
                        ('stage', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='pipeline.stage')),
                    ],
                    options={
                        'verbose_name_plural': 'people by stage',
                        'constraints': [models.CheckConstraint(condition=models.Q(('named__contained_by', ['economic_buyer', 'champion', 'technical', 'legal', 'user', 'blocker', 'other']), ('engaged__contained_by', ['economic_buyer', 'champion', 'technical', 'legal', 'user', 'blocker', 'other'])), name='stage_people_roles')],
                    },
                ),
                migrations.CreateModel(
                    name='DealVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateTimeField()),
                        ('valid_to', models.DateTimeField(default=datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.UTC))),
                        ('name', models.CharField(max_length=200)),
                        ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], max_length=10)),
                        ('probability', models.PositiveSmallIntegerField()),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                        ('currency', models.CharField(max_length=3)),
                        ('amount_base', models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                        ('exchange_rate', models.DecimalField(decimal_places=8, max_digits=18, null=True)),
                        ('exchange_rate_from', models.DateField(null=True)),
                        ('expected_close_on', models.DateField(null=True)),
                        ('closed_on', models.DateField(null=True)),
                        ('category', models.CharField(choices=[('omitted', 'Omitted'), ('pipeline', 'Pipeline'), ('best_case', 'Best case'), ('commit', 'Commit'), ('closed', 'Closed')], max_length=20)),
                        ('next_step', models.CharField(blank=True, max_length=500)),
                        ('next_step_on', models.DateField(null=True)),
                        ('wait_until', models.DateField(null=True)),
                        ('lost_reason', models.CharField(max_length=30, null=True)),
                        ('archived', models.BooleanField(default=False)),
                        ('source', models.CharField(max_length=20)),
                        ('reason', models.CharField(blank=True, max_length=1000)),
                        ('transaction', models.BigIntegerField()),
                        ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.account')),
                        ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('competitor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.competitor')),
                        ('credited_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('deal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='pipeline.deal')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.stage')),
                    ],
                    options={
                        'ordering': ['deal', 'valid_from'],
                        'indexes': [models.Index(condition=models.Q(('archived', False), ('status', 'open')), fields=['owner', 'valid_to'], include=('valid_from', 'stage', 'category', 'probability', 'amount_base', 'expected_close_on', 'deal'), name='version_open_by_owner'), models.Index(condition=models.Q(models.Q(('status', 'open'), _negated=True), ('archived', False)), fields=['status', 'closed_on', 'credited_to'], include=('valid_from', 'valid_to', 'amount_base', 'deal'), name='version_closed'), models.Index(condition=models.Q(models.Q(('status', 'open'), _negated=True), ('archived', False)), fields=['credited_to', 'closed_on'], include=('status', 'valid_from', 'valid_to', 'amount_base', 'deal'), name='version_closed_by_credit'), models.Index(condition=models.Q(('exchange_rate_from__isnull', False)), fields=['currency', 'exchange_rate_from'], name='version_by_rate'), models.Index(fields=['valid_from'], name='version_by_start')],
                        'constraints': [models.UniqueConstraint(fields=('deal', 'valid_from'), name='version_starts_once'), models.UniqueConstraint(fields=('deal', 'valid_to'), name='version_ends_once'), models.CheckConstraint(condition=models.Q(('valid_to__gt', models.F('valid_from'))), name='version_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='DealLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('quantity', models.DecimalField(decimal_places=2, default=1, max_digits=12)),
                        ('unit_price', models.DecimalField(decimal_places=2, max_digits=14)),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='pipeline.deal')),
                        ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.product')),
                    ],
                    options={
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='deal_line_quantity'), models.CheckConstraint(condition=models.Q(('unit_price__gte', 0)), name='deal_line_price')],
                    },
                ),
                migrations.CreateModel(
                    name='Activity',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('call', 'Call'), ('email', 'E-mail'), ('meeting', 'Meeting'), ('note', 'Note')], max_length=10)),
                        ('direction', models.CharField(blank=True, choices=[('out', 'Outgoing'), ('in', 'Incoming'), ('both', 'Two-way')], db_default='', max_length=4)),
                        ('subject', models.CharField(max_length=300)),
                        ('body', models.TextField(blank=True)),
                        ('occurred_at', models.DateTimeField()),
                        ('minutes', models.PositiveIntegerField(blank=True, null=True)),
                        ('external_id', models.CharField(blank=True, max_length=100, null=True)),
                        ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='pipeline.account')),
                        ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='pipeline.contact')),
                        ('deal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='pipeline.deal')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'activities',
                        'ordering': ['-occurred_at', '-pk'],
                        'indexes': [models.Index(fields=['-occurred_at', '-id'], name='activity_newest'), models.Index(models.OrderBy(models.F('minutes'), descending=True, nulls_last=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('archived_at__isnull', True)), name='activity_by_minutes'), models.Index(fields=['deal', '-occurred_at'], name='activity_of_deal'), models.Index(fields=['person', '-occurred_at'], name='activity_of_person'), models.Index(fields=['account', '-occurred_at'], name='activity_of_account')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['call', 'email', 'meeting', 'note'])), name='activity_kind'), models.CheckConstraint(condition=models.Q(('direction__in', ['', 'out', 'in', 'both'])), name='activity_direction'), models.CheckConstraint(condition=models.Q(('minutes__isnull', True), ('minutes__lte', 10080), _connector='OR'), name='activity_minutes'), models.UniqueConstraint(models.F('external_id'), name='activity_external_id_unique'), models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='activity_has_subject'), models.CheckConstraint(condition=models.Q(('deal__isnull', False), ('account__isnull', False), ('contact__isnull', False), _connector='OR'), name='activity_about_something')],
                    },
                ),
                migrations.CreateModel(
                    name='CreditSplit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('reason', models.CharField(max_length=1000)),
                        ('transaction', models.BigIntegerField(db_default=0, editable=False)),
                        ('deal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='credit_splits', to='pipeline.deal')),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['deal', '-set_at', '-pk'],
                        'constraints': [models.UniqueConstraint(fields=('deal', 'set_at'), name='credit_split_set_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='credit_split_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='DealContact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('economic_buyer', 'Economic buyer'), ('champion', 'Champion'), ('technical', 'Technical'), ('legal', 'Legal'), ('user', 'User'), ('blocker', 'Blocker'), ('other', 'Other')], max_length=20)),
                        ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deal_roles', to='pipeline.contact')),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_roles', to='pipeline.deal')),
                    ],
                    options={
                        'ordering': ['deal', 'contact__full_name', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['economic_buyer', 'champion', 'technical', 'legal', 'user', 'blocker', 'other'])), name='deal_contact_role'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('deal', 'contact', 'role'), name='deal_contact_in_a_role_once'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('added_at')), _connector='OR'), name='deal_contact_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='DealCollaborator',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('solution_engineer', 'Solution engineer'), ('specialist', 'Specialist'), ('sponsor', 'Executive sponsor'), ('partner_manager', 'Partner manager'), ('delivery', 'Delivery'), ('other', 'Other')], max_length=20)),
                        ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='collaborators', to='pipeline.deal')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['deal', 'person__full_name', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['solution_engineer', 'specialist', 'sponsor', 'partner_manager', 'delivery', 'other'])), name='deal_collaborator_role'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('deal', 'person'), name='deal_collaborator_once'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('added_at')), _connector='OR'), name='deal_collaborator_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='CriterionVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('statement', models.CharField(max_length=300)),
                        ('order', models.PositiveSmallIntegerField(default=10)),
                        ('valid_from', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('valid_to', models.DateTimeField(editable=False, null=True)),
                        ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='pipeline.exitcriterion')),
                        ('depends_on', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.exitcriterion')),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['order', 'pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('criterion',), name='criterion_reads_one_way'), models.CheckConstraint(condition=models.Q(('statement', ''), _negated=True), name='criterion_says_something'), models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='criterion_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='StageOverride',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('deal_version', models.PositiveIntegerField()),
                        ('missing', models.JSONField()),
                        ('reason', models.TextField()),
                        ('overridden_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='pipeline.deal')),
                        ('from_stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.stage')),
                        ('overridden_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('to_stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.stage')),
                    ],
                    options={
                        'ordering': ['-overridden_at', '-pk'],
                        'indexes': [models.Index(fields=['-overridden_at'], name='override_newest')],
                        'constraints': [models.UniqueConstraint(fields=('deal', 'deal_version'), name='move_overridden_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='override_says_why')],
                    },
                ),
                migrations.CreateModel(
                    name='ClosingReview',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('closed_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], max_length=10)),
                        ('decided_by', models.TextField()),
                        ('learnt', models.TextField(blank=True)),
                        ('asked', models.CharField(blank=True, max_length=200)),
                        ('reviewed_on', models.DateField()),
                        ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('competitor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.competitor')),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closing_reviews', to='pipeline.deal')),
                        ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-closed_at', '-pk'],
                        'constraints': [models.UniqueConstraint(fields=('deal', 'closed_at'), name='closing_reviewed_once'), models.CheckConstraint(condition=models.Q(('status__in', ['won', 'lost'])), name='closing_review_of_closed'), models.CheckConstraint(condition=models.Q(('decided_by', ''), _negated=True), name='closing_review_says_why')],
                    },
                ),
                migrations.CreateModel(
                    name='ElementScore',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('score', models.PositiveSmallIntegerField()),
                        ('evidence', models.TextField(blank=True)),
                        ('asked', models.CharField(max_length=400)),
                        ('scored_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='pipeline.deal')),
                        ('element', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.frameworkelement')),
                        ('scored_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-scored_at', '-pk'],
                        'indexes': [models.Index(fields=['deal', 'element', '-scored_at'], name='score_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('score__lte', 3)), name='score_in_range'), models.CheckConstraint(condition=models.Q(('score', 0), models.Q(('evidence', ''), _negated=True), _connector='OR'), name='score_has_evidence')],
                    },
                ),
                migrations.CreateModel(
                    name='CreditShare',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('revenue', 'Revenue'), ('overlay', 'Overlay')], max_length=10)),
                        ('percent', models.DecimalField(decimal_places=2, max_digits=5)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('split', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='pipeline.creditsplit')),
                    ],
                    options={
                        'ordering': ['split', '-kind', '-percent', 'person__full_name'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['revenue', 'overlay'])), name='credit_share_kind'), models.UniqueConstraint(fields=('split', 'kind', 'person'), name='credit_share_once_a_person'), models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lte', 100)), name='credit_share_percent')],
                    },
                ),
                migrations.CreateModel(
                    name='CriterionMet',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('evidence', models.TextField()),
                        ('met_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                        ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.exitcriterion')),
                        ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria_met', to='pipeline.deal')),
                        ('met_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.criterionversion')),
                        ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name_plural': 'criteria met',
                        'ordering': ['met_at', 'pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('deal', 'criterion'), name='criterion_met_once'), models.CheckConstraint(condition=models.Q(('evidence', ''), _negated=True), name='criterion_met_by_evidence')],
                    },
                ),
            ],
        ),
    ]
