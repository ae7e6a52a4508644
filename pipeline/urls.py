"""Routes of pipeline."""

from django.urls import URLPattern, URLResolver, path

from pipeline.views import (
    accounts,
    activities,
    deal_list,
    deals,
    imports,
    quotas,
    runs,
    stages,
    territories,
)

app_name = "pipeline"
urlpatterns: list[URLPattern | URLResolver] = [
    path("deals/", deal_list.deals, name="deals"),
    path("deals/export.csv", deal_list.deals_csv, name="deals-csv"),
    path("deals/new/", deals.deal_new, name="deal-new"),
    path("deals/<int:pk>/", deals.deal, name="deal"),
    path("deals/<int:pk>/edit/", deals.deal_edit, name="deal-edit"),
    path("deals/<int:pk>/move/", deals.deal_move, name="deal-move"),
    path("deals/<int:pk>/archive/", deals.deal_archive, name="deal-archive"),
    path("deals/<int:pk>/contacts/", deals.deal_contacts, name="deal-contacts"),
    path("deals/<int:pk>/lines/new/", deals.deal_line_new, name="deal-line-new"),
    path(
        "deals/<int:pk>/lines/<int:line>/remove/", deals.deal_line_remove, name="deal-line-remove"
    ),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/suggest/", accounts.account_suggest, name="account-suggest"),
    path("accounts/new/", accounts.account_new, name="account-new"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/edit/", accounts.account_edit, name="account-edit"),
    path("accounts/<int:pk>/archive/", accounts.account_archive, name="account-archive"),
    path("accounts/<int:pk>/contacts/new/", accounts.contact_new, name="contact-new"),
    path("contacts/<int:pk>/edit/", accounts.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/archive/", accounts.contact_archive, name="contact-archive"),
    path("activities/", activities.activities, name="activities"),
    path("activities/new/", activities.activity_new, name="activity-new"),
    path("activities/<int:pk>/archive/", activities.activity_archive, name="activity-archive"),
    path("setup/quotas/", quotas.quotas, name="quotas"),
    path("setup/quotas/<str:kind>/<int:pk>/", quotas.quota_history, name="quota-history"),
    path("territories/", territories.territory_bookings, name="territory-bookings"),
    path(
        "setup/territories/<int:pk>/accounts/",
        territories.territory_accounts,
        name="territory-accounts",
    ),
    path(
        "setup/territories/<int:pk>/accounts/assign/",
        territories.territory_assign,
        name="territory-assign",
    ),
    path(
        "setup/territories/<int:pk>/accounts/download/",
        territories.territory_file,
        name="territory-file",
    ),
    path(
        "setup/territories/<int:pk>/accounts/<int:account>/release/",
        territories.territory_release,
        name="territory-release",
    ),
    path("setup/stages/", stages.stages, name="stages"),
    path("setup/stages/new/", stages.stage_new, name="stage-new"),
    path("setup/stages/<int:pk>/", stages.stage, name="stage"),
    path("setup/stages/<int:pk>/archive/", stages.stage_archive, name="stage-archive"),
    path("setup/runs/", runs.runs, name="runs"),
    path("setup/runs/<int:pk>/", runs.run, name="run"),
    path("setup/imports/", imports.imports, name="imports"),
    path("setup/imports/new/", imports.import_new, name="import-new"),
    path("setup/imports/<int:pk>/", imports.import_run, name="import"),
    path("setup/imports/<int:pk>/progress/", imports.import_progress_part, name="import-progress"),
    path("setup/imports/<int:pk>/columns/", imports.import_columns, name="import-columns"),
    path("setup/imports/<int:pk>/layout/", imports.import_layout, name="import-layout"),
    path("setup/imports/<int:pk>/answers/", imports.import_answers, name="import-answers"),
    path("setup/imports/<int:pk>/start/", imports.import_start, name="import-start"),
    path("setup/imports/<int:pk>/undo/", imports.import_undo, name="import-undo"),
    path("setup/imports/<int:pk>/discard/", imports.import_discard, name="import-discard"),
    path("setup/imports/<int:pk>/rows/", imports.import_rows, name="import-rows"),
    path("setup/imports/<int:pk>/refused.csv", imports.import_refused, name="import-refused"),
]
