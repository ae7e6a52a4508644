"""Setting up the products: for admins."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.export import csv_response
from kit.pages import paginate
from kit.tables import Empty, Table
from pipeline.http import form_page, posted, product_admins, saved, visit_of
from pipeline.products import services
from pipeline.products.forms import ProductFilter, ProductForm
from pipeline.products.models import Product
from pipeline.products.tables import PRODUCTS


@require_safe
@product_admins
def products(request: HttpRequest) -> HttpResponseBase:
    """List the products that the filter in the address asks for, as a page or as a file."""
    form = ProductFilter(request.GET)
    if not form.is_valid():
        return render(request, "pipeline/products/products.html", {"form": form}, status=400)
    given = form.cleaned_data
    rows = Product.objects.visible_to(visit_of(request).viewer)
    if not given["archived"]:
        rows = rows.live()
    if given["q"]:
        rows = rows.filter(Q(name__icontains=given["q"]) | Q(family__icontains=given["q"]))
    rows = given["sort"].apply(rows, PRODUCTS)
    if given["file"]:
        return csv_response("products.csv", PRODUCTS, rows.iterator(chunk_size=2000))
    page = paginate(rows, number=given["page"])
    table = Table(
        columns=PRODUCTS,
        rows=page.rows,
        caption="Products",
        sort=given["sort"],
        page=page,
        base_query=request.GET,
        empty=_nothing(request),
    )
    return render(request, "pipeline/products/products.html", {"form": form, "table": table})


def _nothing(request: HttpRequest) -> Empty:
    if request.GET:
        return Empty(title="No product fits this filter.", href="?", label="Show all")
    new = reverse("pipeline:product-new")
    words = "Add them here, or import a file."
    return Empty(title="No products in use.", text=words, href=new, label="New product")


@require_http_methods(["GET", "HEAD", "POST"])
@product_admins
def product_new(request: HttpRequest) -> HttpResponse:
    """Add a product."""
    viewer = visit_of(request).viewer
    form = ProductForm(posted(request))
    made = saved(form, lambda: services.create_product(by=viewer, **form.cleaned_data))
    if made is None:
        return form_page(request, "pipeline/products/product.html", form)
    messages.success(request, f"{made.name} is there.")
    return redirect("pipeline:products")


@require_http_methods(["GET", "HEAD", "POST"])
@product_admins
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a product."""
    viewer = visit_of(request).viewer
    found = get_object_or_404(Product.objects.visible_to(viewer), pk=pk)
    form = ProductForm(posted(request), product=found)
    if saved(form, lambda: services.edit_product(found, by=viewer, changes=form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("pipeline:products")
    return form_page(request, "pipeline/products/product.html", form, product=found)


@require_POST
@product_admins
def product_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a product out of use, or bring one back."""
    viewer = visit_of(request).viewer
    found = get_object_or_404(Product.objects.visible_to(viewer), pk=pk)
    if found.archived_at is None:
        services.archive_product(found, by=viewer)
        messages.success(request, f"{found} is out of use. Deals that hold it keep it.")
    else:
        services.restore_product(found, by=viewer)
        messages.success(request, f"{found} is in use again.")
    return redirect("pipeline:product", pk)
