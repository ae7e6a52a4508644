"""The history of deals, which the database writes, and what it keeps to."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0001_customers_deals_and_activities"),
        ("org", "0002_reporting_closure_and_guards"),
    ]
    operations = [
        LoadSQL("pipeline/deals/sql/setting.sql"),
        LoadSQL("pipeline/deals/sql/note_write.sql"),
        LoadSQL("pipeline/deals/sql/note_any.sql"),
        LoadSQL("pipeline/deals/sql/note_quota.sql"),
        LoadSQL("pipeline/deals/sql/derive.sql"),
        LoadSQL("pipeline/deals/sql/deal_created.sql"),
        LoadSQL("pipeline/deals/sql/deal_changed.sql"),
        LoadSQL("pipeline/deals/sql/dealversion_guard.sql"),
        LoadSQL("pipeline/deals/sql/history_faults.sql"),
        LoadSQL("pipeline/deals/sql/kept_in_reporting_currency.sql"),
        LoadSQL("pipeline/deals/sql/organisation_currency_stays.sql"),
        LoadSQL("pipeline/deals/sql/used_rate_stays.sql"),
        LoadSQL("pipeline/deals/sql/dealcontact_guard.sql"),
        LoadSQL("pipeline/deals/sql/lost_reason_known.sql"),
        LoadSQL("pipeline/stages/sql/code_stays.sql"),
        LoadSQL("pipeline/stages/sql/default_stays.sql"),
        LoadSQL("pipeline/stages/sql/pipeline_is_left.sql"),
        LoadSQL("pipeline/stages/sql/stage_changed.sql"),
        LoadSQL("pipeline/stages/sql/stage_is_left.sql"),
        LoadSQL("pipeline/stages/sql/stage_stays.sql"),
        LoadSQL("pipeline/credit/sql/creditsplit_begin.sql"),
        LoadSQL("pipeline/credit/sql/creditsplit_note.sql"),
        LoadSQL("pipeline/credit/sql/creditshare_join.sql"),
        LoadSQL("pipeline/credit/sql/creditshare_sum.sql"),
        LoadSQL("pipeline/credit/sql/credit_stay.sql"),
        LoadSQL("pipeline/credit/sql/lend.sql"),
        LoadSQL("pipeline/credit/sql/lend_helper.sql"),
        LoadSQL("pipeline/credit/sql/lend_credited.sql"),
        LoadSQL("pipeline/credit/sql/lent_stays.sql"),
        LoadSQL("pipeline/credit/sql/dealcollaborator_guard.sql"),
        LoadSQL("pipeline/activities/sql/note_activity.sql"),
        LoadSQL("pipeline/discipline/sql/only_ended.sql"),
        LoadSQL("pipeline/discipline/sql/criterion_in_no_circle.sql"),
    ]
