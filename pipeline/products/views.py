"""Setting up the products: for admins."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kit.export import csv_response
from kit.tables import Empty, Table, paginate
from org.http import page_request_of
from pipeline.http import product_admins
from pipeline.products import services
from pipeline.products.forms import ProductFilter, ProductForm
from pipeline.products.models import Product
from pipeline.products.tables import PRODUCTS
from pipeline.set_up_pages import SetUpPages


@require_safe
@product_admins
def products(request: HttpRequest) -> HttpResponseBase:
    """List the products that the filter in the address asks for, as a page or as a file."""
    form = ProductFilter(request.GET)
    if not form.is_valid():
        return render(request, "pipeline/products/products.html", {"form": form}, status=400)
    given = form.cleaned_data
    rows = Product.objects.visible_to(page_request_of(request).viewer)
    if not given["archived"]:
        rows = rows.live()
    if given["q"]:
        rows = rows.filter(Q(name__icontains=given["q"]) | Q(family__icontains=given["q"]))
    rows = given["sort"].apply(rows, PRODUCTS)
    if given["file"]:
        return csv_response("products.csv", PRODUCTS, rows.iterator(chunk_size=2000))
    table = Table.of_page(
        paginate(rows, number=given["page"]), PRODUCTS,
        caption="Products", sort=given["sort"], query=request.GET, empty=_nothing(request),
    )  # fmt: skip
    return render(request, "pipeline/products/products.html", {"form": form, "table": table})


def _nothing(request: HttpRequest) -> Empty:
    if request.GET:
        return Empty(title="No product fits this filter.", href="?", label="Show all")
    new = reverse("pipeline:product-new")
    words = "Add them here, or import a file."
    return Empty(title="No products in use.", text=words, href=new, label="New product")


product_new, product, product_archive = SetUpPages(
    rows=Product.objects.visible_to,
    admins=product_admins,
    template="pipeline/products/product.html",
    home="pipeline:products",
    form=lambda _, data, row: ProductForm(data, row=row),
    create=services.create_product,
    edit=services.edit_product,
    context=lambda _, row: {"product": row},
    archive=services.archive_product,
    restore=services.restore_product,
    created="{} is there.",
    changed="Saved.",
    kept=" Deals that hold it keep it.",
    own="pipeline:product",
).views()
