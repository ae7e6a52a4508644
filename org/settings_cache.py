"""The organisation's name, time zone and currency, read once per request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from django.apps import apps


class OrganisationSettings(NamedTuple):
    """The organisation's name, time zone and reporting currency; the defaults while it has none."""

    name: str = ""
    time_zone: str = "UTC"
    currency: str = "USD"


_memo: ContextVar[list[OrganisationSettings] | None] = ContextVar(
    "facts_of_this_request", default=None
)


@contextmanager
def one_request() -> Iterator[None]:
    """Inside the block the facts are read at most once; outside it, at every call."""
    token = _memo.set([])
    try:
        yield
    finally:
        _memo.reset(token)


def organisation_settings() -> OrganisationSettings:
    memo = _memo.get()
    if memo:
        return memo[0]
    found = _read()
    if memo is not None:
        memo.append(found)
    return found


def remember(found: OrganisationSettings) -> None:
    """Keep facts that were read beside something else, for the remainder of this request."""
    memo = _memo.get()
    if memo is not None:
        memo[:] = [found]


def forget() -> None:
    """Read anew: called by the services that change the organisation."""
    memo = _memo.get()
    if memo is not None:
        memo.clear()


def _read() -> OrganisationSettings:
    # By name: the models of org ask this module too.
    organisations = apps.get_model("org", "Organisation").objects
    row = organisations.values_list("name", "time_zone", "currency").first()
    return OrganisationSettings(*row) if row else OrganisationSettings()
