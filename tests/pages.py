"""Reading a page's forms as a browser would, and pages that are read for what they hold."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.template import Context, loader
from django.test.signals import template_rendered
from django.urls import NoReverseMatch, reverse


@contextmanager
def undrawn() -> Iterator[None]:
    """Have pages answer without their HTML, for tests that read what hundreds of them hold."""

    def hold(template: str, context: dict[str, Any], *_: object, **__: object) -> str:
        told = SimpleNamespace(name=template)
        template_rendered.send(sender=None, template=told, context=Context(context))
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "render_to_string", hold)
        yield


class _Forms(HTMLParser):
    """Collects, for each form of a page, its action and what it would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._select = self._textarea = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        flags = {name for name, _ in attributes}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif not self.forms:
            return
        elif tag == "input" and "name" in given:
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in flags
            if ticked and "disabled" not in flags:
                self._put(given["name"], given.get("value", ""))
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select:
            # A list without a choice made sends its first option.
            if "selected" in flags or self._select not in self.forms[-1][1]:
                self._put(self._select, given.get("value", ""))
        elif tag == "textarea":
            self._textarea, self._text = given.get("name", ""), []

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea" and self._textarea:
            # A browser drops the line break right after the tag.
            self._put(self._textarea, "".join(self._text).removeprefix("\n"))
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text.append(data)

    def _put(self, name: str, value: str) -> None:
        self.forms[-1][1][name] = value


def form_of(response: HttpResponse, *, having: str) -> dict[str, Any]:
    """Return what the page's form with the field ``having`` would send if nothing were typed."""
    parser = _Forms()
    parser.feed(response.content.decode())
    found = [sent for _, sent in parser.forms if having in sent]
    assert found, f"no form on the page has the field {having!r}"
    return found[0]


def address_of(name: str, args: Sequence[Any] = ()) -> str:
    """Return the address of a page by its name alone, in whichever app its view stands."""
    for app in ("pipeline", "imports", "analytics", "process"):
        with suppress(NoReverseMatch):
            return reverse(f"{app}:{name}", args=args)
    raise NoReverseMatch(name)
