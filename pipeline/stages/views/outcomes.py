"""Setting up why deals are lost and to whom: for admins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kit.tables import Empty, Table
from org.http import page_request_of
from pipeline.http import stage_admins
from pipeline.set_up_pages import SetUpPages
from pipeline.stages.forms.outcomes import CompetitorForm, LossReasonSetUpForm
from pipeline.stages.models import Competitor, LossReason
from pipeline.stages.services import outcomes as services
from pipeline.stages.tables import COMPETITORS, LOSS_REASONS


@require_safe
@stage_admins
def losses(request: HttpRequest) -> HttpResponse:
    """List the reasons of losses and the competitors, those out of use too."""
    page_request = page_request_of(request)
    context = {
        "reasons": Table(
            columns=LOSS_REASONS,
            rows=list(LossReason.objects.visible_to(page_request.viewer)),
            caption="Loss reasons",
        ),
        "competitors": Table(
            columns=COMPETITORS,
            rows=list(Competitor.objects.visible_to(page_request.viewer)),
            caption="Competitors",
            empty=Empty(
                title="No competitors yet.",
                text="Name those you meet; whoever closes a deal as lost can name others.",
            ),
        ),
        "now": page_request.now,
    }
    return render(request, "pipeline/stages/losses.html", context)


loss_reason_new, loss_reason, loss_reason_use = SetUpPages(
    rows=LossReason.objects.visible_to,
    admins=stage_admins,
    home="pipeline:losses",
    home_label="Losses",
    use_note="the deals that have it keep it",
    form=lambda _, data, row: LossReasonSetUpForm(data, reason=row),
    save=lambda page_request, form, row: services.save_loss_reason(
        row, by=page_request.viewer, fields=form.cleaned_data
    ),
    heading="New loss reason",
    use_url="pipeline:loss-reason-use",
    set_use=services.set_use,
).views()


competitor_new, competitor, competitor_use = SetUpPages(
    rows=Competitor.objects.visible_to,
    admins=stage_admins,
    home="pipeline:losses",
    home_label="Losses",
    use_note="the deals that have it keep it",
    form=lambda _, data, row: CompetitorForm(data, competitor=row),
    save=lambda page_request, form, row: services.save_competitor(
        row, by=page_request.viewer, **form.cleaned_data
    ),
    heading="New competitor",
    use_url="pipeline:competitor-use",
    set_use=services.set_use,
).views()
