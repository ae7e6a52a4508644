"""The audit log: everything for admins, one's own actions for everybody."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kit.export import csv_response
from kit.tables import Empty, Table, paginate
from org import access, tables
from org.access import organisation_settings
from org.forms.set_up import AuditFilter
from org.http import PersonRequest, admins_only
from org.reports import set_up as reports


@require_safe
def audit(request: PersonRequest) -> HttpResponse:
    if not access.may_enter(request.user):
        raise PermissionDenied("Ask an admin for a role first.")
    form = AuditFilter(request.GET, actions=reports.action_choices(request.user))
    if not form.is_valid():
        return render(request, "org/audit.html", {"form": form}, status=400)
    zone = organisation_settings().time_zone
    rows = reports.entries(request.user, form.cleaned_data, time_zone=zone)
    page = paginate(rows, number=form.cleaned_data["page"])
    empty = Empty(title="No deed fits this filter.", href="?", label="Show all")
    table = Table(
        columns=tables.AUDIT,
        rows=page.rows,
        caption="Audit log",
        page=page,
        base_query=request.GET,
        empty=empty if request.GET else Empty(title="Nothing has been done yet."),
    )
    return render(request, "org/audit.html", {"form": form, "table": table})


@admins_only
@require_safe
def audit_file(request: PersonRequest) -> HttpResponseBase:
    form = AuditFilter(request.GET, actions=reports.action_choices(request.user))
    if not form.is_valid():
        return redirect("org:audit")
    rows = reports.entries(
        request.user, form.cleaned_data, time_zone=organisation_settings().time_zone
    )
    return csv_response("audit.csv", tables.AUDIT, rows.iterator(chunk_size=2000))
