"""Django's admin as a window: it shows rows and changes none, since services write."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


class LookOnly(admin.ModelAdmin):
    """Lists and shows rows to superusers. Adding, changing and deleting go through the pages."""

    list_per_page = 50
    show_full_result_count = False

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """Return the relations that the list shows, which are read with it."""
        relations = {field.name for field in self.opts.get_fields() if field.many_to_one}
        return [name for name in self.list_display if name in relations]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def show(
    model: type[Model], columns: str, *, filters: str = "", search: str = "", hidden: str = ""
) -> None:
    """Show a model: the columns of its list, what filters and searches it, and hidden fields."""
    options = {
        "list_display": columns.split(),
        "list_filter": filters.split(),
        "search_fields": search.split(),
        "exclude": hidden.split() or None,
    }
    admin.site.register(model, type(f"{model.__name__}Admin", (LookOnly,), options))
