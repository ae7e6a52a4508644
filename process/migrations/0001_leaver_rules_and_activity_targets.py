"""Tables of leaver rules and activity targets."""

import django.db.models.deletion
import django.db.models.functions.datetime
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
                    name='LeaverRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('given_to', models.CharField(choices=[('account_owner', "The account's owner, else the manager"), ('manager', 'The manager'), ('fewest', 'Whoever of the team has the fewest open deals'), ('in_turn', 'The team in turn, account by account')], max_length=20)),
                        ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-set_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('given_to__in', ['account_owner', 'manager', 'fewest', 'in_turn'])), name='leaver_rule_given_to')],
                    },
                ),
                migrations.CreateModel(
                    name='ActivityTarget',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('rep', 'Rep'), ('manager', 'Manager')], max_length=20)),
                        ('kind', models.CharField(choices=[('call', 'Call'), ('email', 'E-mail'), ('meeting', 'Meeting')], max_length=10)),
                        ('count', models.PositiveIntegerField(blank=True, null=True)),
                        ('every', models.CharField(choices=[('week', 'Week'), ('month', 'Month')], max_length=5)),
                        ('starts_on', models.DateField()),
                        ('reason', models.CharField(max_length=500)),
                        ('set_at', models.DateTimeField()),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-set_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('every__in', ['week', 'month'])), name='activity_target_every'), models.CheckConstraint(condition=models.Q(('role__in', ['rep', 'manager'])), name='activity_target_role'), models.CheckConstraint(condition=models.Q(('kind__in', ['call', 'email', 'meeting'])), name='activity_target_kind'), models.CheckConstraint(condition=models.Q(('count__isnull', True), models.Q(('count__gte', 1), ('count__lte', 10000)), _connector='OR'), name='activity_target_count'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='activity_target_reason'), models.UniqueConstraint(fields=('role', 'kind', 'set_at'), name='activity_target_one_a_moment')],
                    },
                ),
            ],
        ),
    ]
