"""What top performers do differently: for those who lead, about the people whom they see."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analytics.context.reports import one_state
from analytics.context.views import asked, figures_page
from analytics.metrics.forms import BestForm
from kit.export import table_response
from kit.markup import Tab
from kit.tables import Empty, Table, query_with
from org.http import PersonRequest, sellers
from process.practices.metrics import FEWEST_PEOPLE
from process.practices.reports import Peers, best_report, peers_of
from process.practices.tables import COMPARED, COMPARED_FILE, PEERS, TOO_FEW_PEERS


@figures_page(BestForm, "process/practices/best.html")
def best(request: PersonRequest, form: BestForm) -> HttpResponseBase:
    """Say who is compared with whom; the comparison loads itself into the page."""
    with one_state():
        found = peers_of(form.report_view(form.scope), title=form.title)
    people = Table(
        columns=PEERS if found.top else TOO_FEW_PEERS,
        rows=sorted(
            found.people, key=lambda peer: (bool(peer.left_out), not peer.on_top, peer.name)
        ),
        caption="Who is compared, and who is not",
        empty=Empty(title="Nobody here sells.", text="Choose a wider team."),
    )
    if form.cleaned_data["file"]:
        return table_response("people-compared.csv", people)
    context = {
        "form": form,
        "report_view": found.report_view,
        "found": found,
        "people": people,
        "titles": _tabs(request, found),
        "fewest": FEWEST_PEOPLE,
        "behaviours_href": reverse("process:best-behaviours") + query_with(request.GET, {}),
    }
    return render(request, "process/practices/best.html", context)


@require_safe
@sellers
def best_behaviours(request: PersonRequest) -> HttpResponseBase:
    """Compare what the top quarter and the others do: the part of the page that takes longest."""
    form = asked(request, BestForm)
    if not form.is_valid():
        raise Http404
    with one_state():
        found = best_report(peers_of(form.report_view(form.scope), title=form.title))
    table = Table(
        columns=COMPARED,
        file_columns=COMPARED_FILE,
        rows=found.compared,
        caption="What the top quarter does",
    )
    if form.cleaned_data["file"]:
        return table_response("behaviours-compared.csv", table)
    return render(
        request, "process/practices/_best_behaviours.html", {"found": found, "table": table}
    )


def _tabs(request: HttpRequest, found: Peers) -> list[Tab]:
    """Return the titles that can be compared, where there are several."""
    if len(found.titles) < 2:
        return []
    return [
        Tab(
            label=title or "No title",
            href=query_with(request.GET, {"title": title}),
            current=title == found.title,
        )
        for title in found.titles
    ]
