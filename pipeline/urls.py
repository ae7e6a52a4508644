"""Routes of pipeline."""

from django.urls import URLPattern, URLResolver, include, path

from pipeline.accounts import views as accounts
from pipeline.activities import views as activities
from pipeline.credit import views as credit
from pipeline.deals import views as deals
from pipeline.discipline import views as discipline
from pipeline.people import views as people
from pipeline.products import views as products
from pipeline.stages import views as stages
from pipeline.territories import views as territories

app_name = "pipeline"
of_a_deal = [
    path("exit/", discipline.deal_exit, name="deal-exit"),
    path("criteria/<int:criterion>/", discipline.deal_criterion, name="deal-criterion"),
    path(
        "criteria/<int:met>/withdraw/",
        discipline.deal_criterion_withdraw,
        name="deal-criterion-withdraw",
    ),
    path("qualification/", discipline.deal_qualification, name="deal-qualification"),
    path("qualification/<int:framework>/", discipline.deal_qualify, name="deal-qualify"),
    path("contacts/", people.deal_contacts, name="deal-contacts"),
    path("contacts/<int:row>/", people.deal_contact, name="deal-contact"),
    path("contacts/<int:row>/remove/", people.deal_contact_remove, name="deal-contact-remove"),
    path("help/", credit.deal_collaborators, name="deal-collaborators"),
    path(
        "help/<int:row>/remove/", credit.deal_collaborator_remove, name="deal-collaborator-remove"
    ),
    path("credit/", credit.deal_credit_part, name="deal-credit"),
    path("credit/split/", credit.deal_split, name="deal-split"),
    path("lines/new/", deals.deal_line_new, name="deal-line-new"),
    path("lines/<int:row>/", deals.deal_line, name="deal-line"),
    path("lines/<int:row>/remove/", deals.deal_line_remove, name="deal-line-remove"),
]
of_a_territory = [
    path("", territories.territory_accounts, name="territory-accounts"),
    path("assign/", territories.territory_assign, name="territory-assign"),
    path("download/", territories.territory_file, name="territory-file"),
    path("<int:account>/release/", territories.territory_release, name="territory-release"),
]
set_up: list[URLPattern | URLResolver] = [
    path("territories/<int:pk>/accounts/", include(of_a_territory)),
    path("products/", products.products, name="products"),
    path("products/new/", products.product_new, name="product-new"),
    path("products/<int:pk>/", products.product, name="product"),
    path("products/<int:pk>/archive/", products.product_archive, name="product-archive"),
    path("stages/", stages.stages, name="stages"),
    path("stages/new/", stages.stage_new, name="stage-new"),
    path("stages/<int:pk>/", stages.stage, name="stage"),
    path("stages/<int:pk>/people/", people.stage_people, name="stage-people"),
    path("stages/<int:pk>/archive/", stages.stage_archive, name="stage-archive"),
    path("stages/<int:pk>/exit/", discipline.stage_exit, name="stage-exit"),
    path("stages/<int:pk>/exit/new/", discipline.criterion_new, name="criterion-new"),
    path("criteria/<int:pk>/", discipline.criterion, name="criterion"),
    path("criteria/<int:pk>/end/", discipline.criterion_end, name="criterion-end"),
    path("qualification/", discipline.frameworks_page, name="frameworks"),
    path("qualification/new/", discipline.framework_new, name="framework-new"),
    path("qualification/<int:pk>/", discipline.framework, name="framework"),
    path("qualification/<int:pk>/use/", discipline.framework_use, name="framework-use"),
    path("qualification/<int:pk>/elements/new/", discipline.element_new, name="element-new"),
    path("qualification/elements/<int:pk>/", discipline.element, name="element"),
    path("qualification/elements/<int:pk>/use/", discipline.element_use, name="element-use"),
    path("losses/", stages.losses, name="losses"),
    path("losses/reasons/new/", stages.loss_reason_new, name="loss-reason-new"),
    path("losses/reasons/<int:pk>/", stages.loss_reason, name="loss-reason"),
    path("losses/reasons/<int:pk>/use/", stages.loss_reason_use, name="loss-reason-use"),
    path("losses/competitors/new/", stages.competitor_new, name="competitor-new"),
    path("losses/competitors/<int:pk>/", stages.competitor, name="competitor"),
    path("losses/competitors/<int:pk>/use/", stages.competitor_use, name="competitor-use"),
    path("pipelines/new/", stages.pipeline_new, name="pipeline-new"),
    path("pipelines/<int:pk>/", stages.pipeline, name="pipeline"),
    path("pipelines/<int:pk>/default/", stages.pipeline_default, name="pipeline-default"),
    path("pipelines/<int:pk>/qualified/", stages.pipeline_qualified, name="pipeline-qualified"),
    path("pipelines/<int:pk>/archive/", stages.pipeline_archive, name="pipeline-archive"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("deals/<int:pk>/", include(of_a_deal)),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/suggest/", accounts.account_suggest, name="account-suggest"),
    path("accounts/new/", accounts.account_new, name="account-new"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/edit/", accounts.account_edit, name="account-edit"),
    path("accounts/<int:pk>/archive/", accounts.account_archive, name="account-archive"),
    path("accounts/<int:pk>/contacts/new/", accounts.contact_new, name="contact-new"),
    path("duplicates/<str:kind>/", accounts.duplicates, name="duplicates"),
    path("duplicates/<str:kind>/<int:one>/<int:other>/", accounts.merge, name="merge"),
    path(
        "duplicates/<str:kind>/<int:one>/<int:other>/apart/", accounts.set_apart, name="set-apart"
    ),
    path("merges/<int:pk>/undo/", accounts.merge_undo, name="merge-undo"),
    path("contacts/<int:pk>/edit/", accounts.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/archive/", accounts.contact_archive, name="contact-archive"),
    path("activities/", activities.activities, name="activities"),
    path("activities/activities.csv", activities.activities_csv, name="activities-csv"),
    path("activities/log/", activities.activity_log, name="activity-log"),
    path("activities/log/many/", activities.activity_bulk, name="activity-bulk"),
    path("activities/calendar/", activities.calendars, name="calendars"),
    path("activities/calendar/<int:pk>/", activities.calendar, name="calendar"),
    path("activities/calendar/<int:pk>/undo/", activities.calendar_undo, name="calendar-undo"),
    path("activities/suggest/deals/", activities.deal_suggest, name="deal-suggest"),
    path("activities/suggest/contacts/", activities.contact_suggest, name="contact-suggest"),
    path("activities/new/", activities.activity_new, name="activity-new"),
    path("activities/<int:pk>/archive/", activities.activity_archive, name="activity-archive"),
    path("setup/", include(set_up)),
]
