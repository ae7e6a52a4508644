"""The pages on which people make and revoke API tokens."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit.forms import add_errors
from kit.pages import paginate
from kit.tables import Table
from org import access
from org.api.token_forms import TokenForm, TokenPageForm
from org.http import PersonRequest
from org.models.tokens import ApiToken
from org.services.tokens import create_token, revoke_token


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
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            made = create_token(by=request.user, at=now, **form.wanted(now=now))
        except ValidationError as error:
            add_errors(form, error)
        else:
            return render(request, "org/token_made.html", {"made": made}, status=201)
    return render(request, "org/token_new.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
def token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    revoke_token(token, by=request.user, at=timezone.now())
    messages.success(request, f"“{token.name}” is revoked. Programs that used it are out.")
    return redirect("api:tokens")
