"""The history of applications, which the database writes, and who sees candidates."""

from django.db import migrations

from kit.operations import LoadSQL


class Migration(migrations.Migration):
    dependencies = [
        ("hiring", "0001_requisitions_and_candidates"),
        ("org", "0002_reporting_closure_and_guards"),
    ]
    operations = [
        LoadSQL("hiring/sql/stage_stays.sql"),
        LoadSQL("hiring/sql/stagestay_guard.sql"),
        LoadSQL("hiring/sql/stage_guard.sql"),
        LoadSQL("hiring/sql/application_stage_guard.sql"),
        LoadSQL("hiring/sql/candidate_archived.sql"),
        LoadSQL("hiring/sql/candidate_considered.sql"),
        LoadSQL("hiring/sql/kept_by.sql"),
        LoadSQL("hiring/sql/read_by.sql"),
        LoadSQL("hiring/sql/candidates_of_their_requisitions_people.sql"),
    ]
