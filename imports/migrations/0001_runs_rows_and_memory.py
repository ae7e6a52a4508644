"""Tables of imports: their runs, rows, and what is remembered."""

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
                    name='ImportRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('people', 'People'), ('accounts', 'Accounts'), ('products', 'Products'), ('contacts', 'Contacts'), ('deals', 'Deals'), ('activities', 'Activities'), ('quotas', 'Quotas'), ('history', 'Deal history')], max_length=20)),
                        ('state', models.CharField(choices=[('reading', 'Reading'), ('mapping', 'Mapping'), ('planning', 'Planning'), ('planned', 'Planned'), ('running', 'Running'), ('done', 'Done'), ('undoing', 'Undoing'), ('undone', 'Undone'), ('failed', 'Failed'), ('discarded', 'Discarded')], default='reading', max_length=20)),
                        ('file_name', models.CharField(max_length=255)),
                        ('file_size', models.BigIntegerField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                        ('is_queued', models.BooleanField(default=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('moved_at', models.DateTimeField(auto_now_add=True)),
                        ('options', models.JSONField(default=dict)),
                        ('profile', models.JSONField(default=dict)),
                        ('plan', models.JSONField(default=dict)),
                        ('outcome', models.JSONField(default=dict)),
                        ('failure', models.CharField(blank=True, max_length=2000)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('transaction', models.BigIntegerField(null=True)),
                        ('undone_at', models.DateTimeField(null=True)),
                        ('undo_report', models.JSONField(default=dict)),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['people', 'accounts', 'products', 'contacts', 'deals', 'activities', 'quotas', 'history'])), name='import_run_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['reading', 'mapping', 'planning', 'planned', 'running', 'done', 'undoing', 'undone', 'failed', 'discarded'])), name='import_run_state'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['done', 'undoing', 'undone']), _negated=True), ('finished_at__isnull', False), _connector='OR'), name='import_run_done_has_outcome')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportMapping',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('people', 'People'), ('accounts', 'Accounts'), ('products', 'Products'), ('contacts', 'Contacts'), ('deals', 'Deals'), ('activities', 'Activities'), ('quotas', 'Quotas'), ('history', 'Deal history')], max_length=20)),
                        ('signature', models.CharField(max_length=64)),
                        ('fields', models.JSONField()),
                        ('chosen_at', models.DateTimeField(auto_now=True, null=True)),
                        ('chosen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['kind', '-chosen_at', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'signature'), name='import_mapping_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['people', 'accounts', 'products', 'contacts', 'deals', 'activities', 'quotas', 'history'])), name='import_mapping_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportAnswer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('subject', models.CharField(choices=[('person', 'Person'), ('team', 'Team'), ('territory', 'Territory'), ('account', 'Account'), ('contact', 'Contact'), ('product', 'Product'), ('stage', 'Stage'), ('pipeline', 'Pipeline'), ('deal', 'Deal')], max_length=20)),
                        ('text', models.CharField(max_length=300)),
                        ('target', models.BigIntegerField(null=True)),
                        ('answered_at', models.DateTimeField(auto_now=True)),
                        ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['subject', 'text'],
                        'constraints': [models.UniqueConstraint(fields=('subject', 'text'), name='import_answer_once'), models.CheckConstraint(condition=models.Q(('subject__in', ['person', 'team', 'territory', 'account', 'contact', 'product', 'stage', 'pipeline', 'deal'])), name='import_answer_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportChunk',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField()),
                        ('content', models.BinaryField()),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='imports.importrun')),
                    ],
                    options={
                        'ordering': ['run', 'number'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'number'), name='import_chunk_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportStagedRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('row', models.PositiveIntegerField()),
                        ('key', models.CharField(max_length=600)),
                        ('data', models.JSONField()),
                        ('run', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='imports.importrun')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['run', 'row'], name='import_staged_row')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('row', models.PositiveIntegerField()),
                        ('action', models.CharField(choices=[('create', 'Create'), ('change', 'Change'), ('leave', 'Leave'), ('part', 'Part'), ('refuse', 'Refuse')], max_length=10)),
                        ('target', models.BigIntegerField(null=True)),
                        ('changes', models.JSONField(null=True)),
                        ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='imports.importrun')),
                    ],
                    options={
                        'ordering': ['run', 'row'],
                        'indexes': [models.Index(fields=['target', 'run'], name='import_row_target')],
                        'constraints': [models.UniqueConstraint(fields=('run', 'row'), name='import_row_once'), models.CheckConstraint(condition=models.Q(('action__in', ['create', 'change', 'leave', 'part', 'refuse'])), name='import_row_action')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportRefusal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('row', models.PositiveIntegerField()),
                        ('column', models.CharField(blank=True, max_length=300)),
                        ('text', models.CharField(blank=True, max_length=300)),
                        ('reason', models.CharField(max_length=1000)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='imports.importrun')),
                    ],
                    options={
                        'ordering': ['run', 'row', 'pk'],
                        'indexes': [models.Index(fields=['run', 'row'], name='import_refusal_row')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportCreation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField()),
                        ('subject', models.CharField(choices=[('person', 'Person'), ('team', 'Team'), ('territory', 'Territory'), ('account', 'Account'), ('contact', 'Contact'), ('product', 'Product'), ('stage', 'Stage'), ('pipeline', 'Pipeline'), ('deal', 'Deal')], max_length=20)),
                        ('name', models.CharField(max_length=300)),
                        ('detail', models.JSONField(default=dict)),
                        ('target', models.BigIntegerField(null=True)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='creations', to='imports.importrun')),
                    ],
                    options={
                        'ordering': ['run', 'number'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'number'), name='import_creation_once'), models.CheckConstraint(condition=models.Q(('subject__in', ['person', 'team', 'territory', 'account', 'contact', 'product', 'stage', 'pipeline', 'deal'])), name='import_creation_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportKept',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('table', models.CharField(max_length=60)),
                        ('target', models.BigIntegerField()),
                        ('before', models.JSONField()),
                        ('after', models.JSONField()),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept', to='imports.importrun')),
                    ],
                    options={
                        'ordering': ['run', 'pk'],
                    },
                ),
            ],
        ),
    ]
