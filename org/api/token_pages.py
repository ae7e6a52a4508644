"""The pages on which people make and revoke API tokens."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit.fields import choices
from kit.forms import KitForm, PageField, PlainTextField
from kit.tables import Table, paginate
from org import access
from org.enums import SCOPE_LABELS, TokenScope
from org.http import PersonRequest, form_page, posted, saved
from org.models.tokens import ApiToken
from org.services.tokens import create_token, revoke_token

LIVES = {30: "30 days", 90: "90 days", 365: "1 year"}


class TokenForm(KitForm):
    name = PlainTextField(
        max_length=100, label="Name", help_text="Where it is used, such as “Warehouse export”."
    )
    scope = forms.ChoiceField(
        choices=choices(TokenScope, SCOPE_LABELS),
        initial=TokenScope.READ,
        label="It may",
        help_text="Within what you may see and do yourself.",
    )
    days = forms.TypedChoiceField(choices=LIVES.items(), coerce=int, initial=90, label="Ends after")

    def wanted(self, *, now: datetime) -> dict[str, Any]:
        """Return what the service takes; for a valid form."""
        given = self.cleaned_data
        expires_at = now + timedelta(days=given["days"])
        return {"name": given["name"], "scope": given["scope"], "expires_at": expires_at}


class TokenPageForm(KitForm):
    page = PageField()


@require_GET
def tokens(request: PersonRequest) -> HttpResponse:
    form = TokenPageForm(request.GET)
    if not form.is_valid():
        form = TokenPageForm({})
        form.is_valid()
    rows = ApiToken.objects.visible_to(request.user).select_related("person")
    others = (
        ApiToken.objects.unrevoked()
        .filter(pk__in=rows.values("pk"))
        .exclude(person=request.user)
        .select_related("person")
        .order_by("person__full_name", "pk")
    )
    page = paginate(others, number=form.cleaned_data["page"])
    context = {
        "now": timezone.now(),
        "own": rows.filter(person=request.user),
        "others": Table(
            columns=[],
            rows=page.rows,
            caption="Tokens of others",
            page=page,
            base_query=request.GET,
        ),
        "new_href": reverse("api:token-new"),
    }
    return render(request, "org/tokens.html", context)


@require_http_methods(["GET", "POST"])
@reauthentication_required
def token_new(request: PersonRequest) -> HttpResponse:
    if not access.may_enter(request.user):
        raise PermissionDenied
    form, now = TokenForm(posted(request)), timezone.now()
    made = saved(form, lambda: create_token(by=request.user, at=now, **form.wanted(now=now)))
    if made is None:
        return form_page(request, "org/token_new.html", form)
    return render(request, "org/token_made.html", {"made": made}, status=201)


@require_POST
def token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    revoke_token(token, by=request.user, at=timezone.now())
    messages.success(request, f"“{token.name}” is revoked. Programs that used it are out.")
    return redirect("api:tokens")
