"""From a row's values to what is staged of it: identities, references, checks over columns."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from imports.engine.cells import CellError, Money
from imports.engine.kinds import Kind
from imports.engine.numbers import SHARED_SIGNS
from imports.engine.options import Options
from imports.engine.pipelines import Pipelines
from imports.engine.references import Resolver, norm
from imports.engine.staging import Staged
from org.models.calendar import ExchangeRate, Organisation

Values = dict[str, Any]
_YES = frozenset({"true", "yes", "y", "1", "x", "on", "private", "confidential"})


class RowError(Exception):
    """A row cannot be taken: the field at fault ("" for the row as a whole) and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rates:
    """The dated exchange rates, as the database's own trigger reads them."""

    base: str
    rates: dict[str, list[tuple[date, Decimal]]]

    @classmethod
    def load(cls, base: str) -> "Rates":
        rates: dict[str, list[tuple[date, Decimal]]] = {}
        for rate in ExchangeRate.objects.order_by("currency", "valid_from"):
            rates.setdefault(rate.currency, []).append((rate.valid_from, rate.rate))
        return cls(base, rates)

    def on(self, currency: str, day: date) -> Decimal | None:
        """Return what one unit is worth in the reporting currency on ``day``; None if unknown."""
        if currency == self.base:
            return Decimal(1)
        found = self.entered(currency, day)
        return found[1] if found else None

    def entered(self, currency: str, day: date) -> tuple[date, Decimal] | None:
        """Return the entered rate that holds on ``day``, with the day from which it does."""
        found = None
        for since, rate in self.rates.get(currency, []):
            if since <= day:
                found = since, rate
        return found


@dataclass(slots=True)
class Setting:
    """What composers need beside the row: the decisions, the organisation, the clock's day."""

    kind: Kind
    options: Options
    organisation: Organisation
    zone: ZoneInfo
    today: date
    now: datetime
    rates: Rates
    resolvers: dict[str, Resolver]
    pipelines: Pipelines
    notices: Counter[str] = field(default_factory=Counter)

    def currency(self, values: Values, money: Money | None) -> str:
        """Return the currency of an amount: its cell's, its column's, or the file's."""
        stated = values.get("currency") or ""
        if money is None or not money.currency:
            return self._single(stated)
        if money.currency in SHARED_SIGNS:
            named = self._single(stated)
            if named not in SHARED_SIGNS[money.currency]:
                raise RowError("amount", f"It shows {money.currency}, but the currency is {named}.")
            return named
        if stated and self._single(stated) != money.currency:
            raise RowError("amount", f"It says {money.currency}, but the currency is {stated}.")
        return money.currency

    def _single(self, stated: str) -> str:
        """Return the stated currency, or the file's; a shared sign must fit the file's."""
        if not stated:
            return self.options.currency
        if stated in SHARED_SIGNS:
            if self.options.currency not in SHARED_SIGNS[stated]:
                raise RowError("currency", f"{stated} does not say which currency it is.")
            return self.options.currency
        return stated

    def resolved(self, values: Values, name: str) -> int | None:
        """Return the id of what the field names; None where it is blank or stands for nothing."""
        ident = f"{name}:id"
        if ident in values:
            return values[ident]
        text = values.get(name)
        if text is None:
            return None
        try:
            return self.resolvers[name].resolve(text)
        except CellError as error:
            raise RowError(name, str(error)) from error

    def required(self, values: Values, name: str) -> int:
        found = self.resolved(values, name)
        if found is None:
            raise RowError(name, "It must not be blank.")
        return found

    def note(self, text: str) -> None:
        """Count something that is said once for the whole file, with how often it happened."""
        self.notices[text] += 1


class Composer(Protocol):
    """Makes staged rows of one kind."""

    def compose(self, row: int, values: Values) -> Staged: ...


def says_yes(value: Any) -> bool:
    """Whether a cell says yes, in one of the ways that programs say it."""
    return str(value or "").strip().casefold() in _YES


def full_name(values: Values) -> str:
    """Return the name, or the first and last names put together."""
    parts = (values.get("first_name"), values.get("last_name"))
    name = values.get("full_name") or " ".join(part for part in parts if part)
    if not name:
        raise RowError("full_name", "It must not be blank.")
    return str(name)


def filled(values: Values, *names: str) -> dict[str, Any]:
    """Return those of the fields that have a value, amounts as plain texts."""
    found = {}
    for name in names:
        value = values.get(name)
        if value is not None:
            found[name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return str(value.amount)
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def key_of(options: Options, values: Values, *natural: object) -> str:
    """Return the identity of a row: its id where the file has such a column, else the parts."""
    if "external_id" in options.mapping.values():
        ident = values.get("external_id")
        if not ident:
            raise RowError("external_id", "It must not be blank: rows are known by it.")
        return f"i:{ident}"
    return "n:" + "|".join(norm(str(part)) if part is not None else "" for part in natural)


@dataclass(slots=True)
class AccountComposer:
    """Accounts. A parent may stand in the same file, above or below its child."""

    setting: Setting
    names: set[str]

    def compose(self, row: int, values: Values) -> Staged:
        if not values.get("name"):
            raise RowError("name", "It must not be blank.")
        data = filled(
            values, "external_id", "name", "industry", "country", "website", "employees",
            "annual_revenue", "founded_year",
        )  # fmt: skip
        if (year := values.get("founded_year")) is not None and not 1000 <= year <= 2100:
            raise RowError("founded_year", "A year is expected.")
        if (owner := self.setting.resolved(values, "owner")) is not None:
            data["owner_id"] = owner
        data |= self._parent(values)
        return Staged(row, key_of(self.setting.options, values, values["name"]), data)

    def _parent(self, values: Values) -> dict[str, Any]:
        text = values.get("parent")
        if text is None:
            return {}
        if norm(text) == norm(values["name"]) or text == values.get("external_id"):
            raise RowError("parent", "An account cannot lie below itself.")
        if norm(text) in self.names and not self.setting.resolvers["parent"].known[text].ids:
            return {"parent_text": norm(text)}
        parent = self.setting.resolved(values, "parent")
        return {} if parent is None else {"parent_id": parent}


@dataclass(slots=True)
class ProductComposer:
    setting: Setting

    def compose(self, row: int, values: Values) -> Staged:
        if not values.get("name"):
            raise RowError("name", "It must not be blank.")
        data = filled(values, "external_id", "name", "family", "list_price")
        price = values.get("list_price")
        if price is not None and price.amount < 0:
            raise RowError("list_price", "A price is not negative.")
        if price is not None or values.get("currency"):
            data["currency"] = self.setting.currency(values, price)
        return Staged(row, key_of(self.setting.options, values, values["name"]), data)


@dataclass(slots=True)
class ContactComposer:
    setting: Setting

    def compose(self, row: int, values: Values) -> Staged:
        account = self.setting.required(values, "account")
        name = full_name(values)
        data = filled(values, "external_id", "title", "email", "phone")
        data |= {"full_name": name, "account_id": account}
        key = key_of(self.setting.options, values, account, values.get("email") or name)
        return Staged(row, key, data)
