"""Routes of pipeline."""

from django.urls import URLPattern, URLResolver, path

from pipeline.accounts.views import accounts, duplicates
from pipeline.activities.views import bulk, calendars, listing, logging
from pipeline.credit.views import collaborators, credits
from pipeline.deals import views as deals
from pipeline.discipline import views as discipline
from pipeline.people.views import contacts, stage_people
from pipeline.products import views as products
from pipeline.stages.views import outcomes, pipelines, stages
from pipeline.territories import views as territories

app_name = "pipeline"
urlpatterns: list[URLPattern | URLResolver] = [
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
    path("deals/<int:pk>/exit/", discipline.deal_exit, name="deal-exit"),
    path(
        "deals/<int:pk>/criteria/<int:criterion>/", discipline.deal_criterion, name="deal-criterion"
    ),
    path(
        "deals/<int:pk>/criteria/<int:met>/withdraw/",
        discipline.deal_criterion_withdraw,
        name="deal-criterion-withdraw",
    ),
    path(
        "deals/<int:pk>/qualification/",
        discipline.deal_qualification,
        name="deal-qualification",
    ),
    path(
        "deals/<int:pk>/qualification/<int:framework>/",
        discipline.deal_qualify,
        name="deal-qualify",
    ),
    path("deals/<int:pk>/contacts/", contacts.deal_contacts, name="deal-contacts"),
    path("deals/<int:pk>/contacts/<int:row>/", contacts.deal_contact, name="deal-contact"),
    path(
        "deals/<int:pk>/contacts/<int:row>/remove/",
        contacts.deal_contact_remove,
        name="deal-contact-remove",
    ),
    path("deals/<int:pk>/help/", collaborators.deal_collaborators, name="deal-collaborators"),
    path(
        "deals/<int:pk>/help/<int:row>/remove/",
        collaborators.deal_collaborator_remove,
        name="deal-collaborator-remove",
    ),
    path("deals/<int:pk>/credit/", credits.deal_credit_part, name="deal-credit"),
    path("deals/<int:pk>/credit/split/", credits.deal_split, name="deal-split"),
    path("deals/<int:pk>/lines/new/", deals.deal_line_new, name="deal-line-new"),
    path("deals/<int:pk>/lines/<int:line>/", deals.deal_line, name="deal-line"),
    path(
        "deals/<int:pk>/lines/<int:line>/remove/",
        deals.deal_line_remove,
        name="deal-line-remove",
    ),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/suggest/", accounts.account_suggest, name="account-suggest"),
    path("accounts/new/", accounts.account_new, name="account-new"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/edit/", accounts.account_edit, name="account-edit"),
    path("accounts/<int:pk>/archive/", accounts.account_archive, name="account-archive"),
    path("accounts/<int:pk>/contacts/new/", accounts.contact_new, name="contact-new"),
    path("duplicates/<str:kind>/", duplicates.duplicates, name="duplicates"),
    path("duplicates/<str:kind>/<int:one>/<int:other>/", duplicates.merge, name="merge"),
    path(
        "duplicates/<str:kind>/<int:one>/<int:other>/apart/",
        duplicates.set_apart,
        name="set-apart",
    ),
    path("merges/<int:pk>/undo/", duplicates.merge_undo, name="merge-undo"),
    path("contacts/<int:pk>/edit/", accounts.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/archive/", accounts.contact_archive, name="contact-archive"),
    path("activities/", listing.activities, name="activities"),
    path("activities/activities.csv", listing.activities_csv, name="activities-csv"),
    path("activities/log/", logging.activity_log, name="activity-log"),
    path("activities/log/many/", bulk.activity_bulk, name="activity-bulk"),
    path("activities/calendar/", calendars.calendars, name="calendars"),
    path("activities/calendar/<int:pk>/", calendars.calendar, name="calendar"),
    path("activities/calendar/<int:pk>/undo/", calendars.calendar_undo, name="calendar-undo"),
    path("activities/suggest/deals/", logging.deal_suggest, name="deal-suggest"),
    path("activities/suggest/contacts/", logging.contact_suggest, name="contact-suggest"),
    path("activities/new/", listing.activity_new, name="activity-new"),
    path("activities/<int:pk>/archive/", listing.activity_archive, name="activity-archive"),
    path("setup/products/", products.products, name="products"),
    path("setup/products/new/", products.product_new, name="product-new"),
    path("setup/products/<int:pk>/", products.product, name="product"),
    path("setup/products/<int:pk>/archive/", products.product_archive, name="product-archive"),
    path("setup/stages/", stages.stages, name="stages"),
    path("setup/stages/new/", stages.stage_new, name="stage-new"),
    path("setup/stages/<int:pk>/", stages.stage, name="stage"),
    path("setup/stages/<int:pk>/people/", stage_people.stage_people, name="stage-people"),
    path("setup/stages/<int:pk>/archive/", stages.stage_archive, name="stage-archive"),
    path("setup/stages/<int:pk>/exit/", discipline.stage_exit, name="stage-exit"),
    path("setup/stages/<int:pk>/exit/new/", discipline.criterion_new, name="criterion-new"),
    path("setup/criteria/<int:pk>/", discipline.criterion, name="criterion"),
    path("setup/criteria/<int:pk>/end/", discipline.criterion_end, name="criterion-end"),
    path("setup/qualification/", discipline.frameworks_page, name="frameworks"),
    path("setup/qualification/new/", discipline.framework_new, name="framework-new"),
    path("setup/qualification/<int:pk>/", discipline.framework, name="framework"),
    path("setup/qualification/<int:pk>/use/", discipline.framework_use, name="framework-use"),
    path("setup/qualification/<int:pk>/elements/new/", discipline.element_new, name="element-new"),
    path("setup/qualification/elements/<int:pk>/", discipline.element, name="element"),
    path("setup/qualification/elements/<int:pk>/use/", discipline.element_use, name="element-use"),
    path("setup/losses/", outcomes.losses, name="losses"),
    path("setup/losses/reasons/new/", outcomes.loss_reason_new, name="loss-reason-new"),
    path("setup/losses/reasons/<int:pk>/", outcomes.loss_reason, name="loss-reason"),
    path("setup/losses/reasons/<int:pk>/use/", outcomes.loss_reason_use, name="loss-reason-use"),
    path("setup/losses/competitors/new/", outcomes.competitor_new, name="competitor-new"),
    path("setup/losses/competitors/<int:pk>/", outcomes.competitor, name="competitor"),
    path("setup/losses/competitors/<int:pk>/use/", outcomes.competitor_use, name="competitor-use"),
    path("setup/pipelines/new/", pipelines.pipeline_new, name="pipeline-new"),
    path("setup/pipelines/<int:pk>/", pipelines.pipeline, name="pipeline"),
    path("setup/pipelines/<int:pk>/default/", pipelines.pipeline_default, name="pipeline-default"),
    path(
        "setup/pipelines/<int:pk>/qualified/",
        pipelines.pipeline_qualified,
        name="pipeline-qualified",
    ),
    path("setup/pipelines/<int:pk>/archive/", pipelines.pipeline_archive, name="pipeline-archive"),
]
