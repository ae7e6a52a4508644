"""The forecast, the deals behind it, and how forecasts have done."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forecasting import charts, tables
from forecasting.forms import AccuracyForm, DealsForm, ForecastForm, SubjectForm
from forecasting.reports import forecasts as reports
from forecasting.reports.forecasts import deals_behind
from forecasting.reports.subjects import choices
from kit.export import csv_response
from kit.tables import Empty, Table, listed
from org import access
from org.http import PersonRequest, let_in
from org.models.people import Person
from org.rules import can_administer

sellers = partial(let_in, access.sells, refusal="This page is for people who sell.")
NOTHING = Empty(title="Nothing here.", text="No open deal is expected to close in this period.")


@require_safe
@sellers
def forecast(request: PersonRequest) -> HttpResponseBase:
    """Show a subject's forecasts of the open periods and what one of them is made of."""
    viewer = request.user
    form = ForecastForm(request.GET, options=choices(viewer), today=access.today())
    if not form.is_valid():
        return _refused(request, form)
    asked = form.cleaned_data
    choice = asked["subject"]
    page = reports.forecast_page(viewer, choice, period=asked["period"], day=asked["as_of"])
    context = {"form": form, "choice": choice, "page": page}
    if page is None:
        context |= {"begins": begins} if (begins := reports.runs_begin_on()) else _admin(viewer)
        return render(request, "forecasting/nothing_yet.html", context)
    periods = tables.periods_table(page, choice, day=asked["as_of"])
    people = tables.people_table(page, sort=asked["sort"], query=request.GET)
    if asked["file"]:
        return _file({"periods": periods, "people": people}, asked["file"])
    context |= {
        "headline": page.opened and tables.headline(page, choice, page.opened),
        "periods": periods,
        "people": people,
        "made_of": charts.made_of_chart(page.periods),
        "course": charts.course_chart(page),
    }
    return render(request, "forecasting/forecast.html", context)


@require_safe
@sellers
def deals(request: PersonRequest) -> HttpResponseBase:
    """List the open deals that a forecast counts on."""
    viewer = request.user
    form = DealsForm(request.GET, options=choices(viewer))
    if not form.is_valid():
        return _refused(request, form)
    choice, period = form.cleaned_data["subject"], form.cleaned_data["period"]
    found = deals_behind(viewer, choice, period=period)
    if found is None:
        raise Http404
    rows = form.cleaned_data["sort"].apply(found.rows, tables.DEALS)
    if form.cleaned_data["file"]:
        return csv_response("deals-of-forecast.csv", tables.DEALS, rows.iterator(chunk_size=2000))
    table = listed(
        form.cleaned_data,
        tables.DEALS,
        rows,
        caption="Open deals",
        query=request.GET,
        empty=NOTHING,
    )
    context = {"choice": choice, "found": found, "table": table}
    return render(request, "forecasting/deals.html", context)


@require_safe
@sellers
def accuracy(request: PersonRequest) -> HttpResponseBase:
    """Show how past forecasts of a subject did, beside the simple methods."""
    viewer = request.user
    form = AccuracyForm(request.GET, options=choices(viewer))
    if not form.is_valid():
        return _refused(request, form)
    choice, kind = form.cleaned_data["subject"], form.cleaned_data["kind"]
    page = reports.accuracy_page(viewer, choice, kind=kind, weeks=form.cleaned_data["weeks"])
    context = {"form": form, "choice": choice, "kind": kind, "page": page}
    if page is None:
        return render(request, "forecasting/nothing_yet.html", context | _admin(viewer))
    scores = tables.scores_table(page.scores, subject=choice.key, kind=kind)
    rows = form.cleaned_data["sort"].apply_to_list(page.rows, tables.PAST)
    if name := form.cleaned_data["file"]:
        past = Table(columns=tables.PAST, rows=rows, caption="Past forecasts")
        return _file({"scores": scores, "past": past}, name)
    context |= {
        "scores": scores,
        "chart": charts.accuracy_chart(page.scores),
        "past": listed(
            form.cleaned_data,
            tables.PAST,
            rows,
            caption="Past forecasts",
            query=request.GET,
            empty=NOTHING,
        ),
    }
    return render(request, "forecasting/accuracy.html", context)


def _file(shown: dict[str, Table], name: str) -> HttpResponseBase:
    """Download one of a page's tables by the columns that it shows."""
    return csv_response(f"forecast-{name}.csv", shown[name].columns, shown[name].rows)


def _admin(viewer: Person) -> dict[str, bool]:
    return {"may_recompute": can_administer(viewer)}


def _refused(request: HttpRequest, form: SubjectForm) -> HttpResponse:
    return render(request, "forecasting/refused.html", {"form": form}, status=400)
