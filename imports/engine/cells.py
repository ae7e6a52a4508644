"""From a cell to a typed value, by the field it fills and the format of its column."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from imports.engine import dates, numbers, salesforce_ids
from imports.engine.dates import Order
from imports.engine.kinds import Field, Shape
from imports.engine.numbers import SHARED_SIGNS, Mark
from imports.engine.options import Format
from imports.engine.workbooks import ERRORS, NO_VALUE, Cell
from kit.forms import BIDI_OVERRIDES, CONTROLS
from kit.money import half_up
from pipeline.enums import ACTIVITY_LABELS

LARGEST = Decimal("999999999999.99")
LARGEST_WHOLE = 2_147_483_647
MOST_REMEMBERED = 50_000
Value = Any
Parser = Callable[[Cell], Value]

# What other programs call the members of our vocabularies.
_CHOICES = {
    "status": {
        "open": "open",
        "won": "won",
        "lost": "lost",
        "closed won": "won",
        "closed lost": "lost",
        "win": "won",
        "loss": "lost",
        "closed loss": "lost",
    },
    "category": {
        "omitted": "omitted",
        "omit": "omitted",
        "pipeline": "pipeline",
        "best case": "best_case",
        "bestcase": "best_case",
        "upside": "best_case",
        "most likely": "commit",
        "mostlikely": "commit",
        "commit": "commit",
        "forecast": "commit",
        "closed": "closed",
        "closed won": "closed",
        "not forecasted": "omitted",
    },
    "kind": {
        **{label.casefold(): str(kind) for kind, label in ACTIVITY_LABELS.items()},
        **{str(kind): str(kind) for kind in ACTIVITY_LABELS},
        "task": "note",
        "todo": "note",
        "to do": "note",
        "other": "note",
        "event": "meeting",
        "demo": "meeting",
        "lunch": "meeting",
        "visit": "meeting",
        "phone call": "call",
        "logged call": "call",
        "incoming email": "email",
        "outgoing email": "email",
        "list email": "email",
        "forwarded email": "email",
        "voice call": "call",
        "outbound call": "call",
        "inbound call": "call",
        "video call": "meeting",
        "webinar": "meeting",
    },
    "direction": {
        **dict.fromkeys(["out", "outgoing", "outbound", "placed", "dialed"], "out"),
        **dict.fromkeys(["in", "incoming", "inbound", "received", "missed"], "in"),
        **dict.fromkeys(["both", "two way", "conference"], "both"),
    },
    "measure": {
        "bookings": "bookings",
        "revenue": "bookings",
        "amount": "bookings",
        "deals won": "deals_won",
        "won deals": "deals_won",
        "deals": "deals_won",
        "deals created": "deals_created",
        "created deals": "deals_created",
        "activities": "activities",
    },
}


def _words(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


_KNOWN_CHOICES = {
    field: {_words(text): value for text, value in known.items()}
    for field, known in _CHOICES.items()
}


# What people and programs write for nothing; blank only where that is chosen.
BLANK_WORDS = frozenset({"n/a", "na", "#n/a", "null", "none", "nil", "-", "--", "—", "n.a."})
DAYS_TO_1904 = 1462


class CellError(ValueError):
    """A cell cannot be taken; the message is the reason, in words for its owner."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount to the cent and the currency its cell names, if any."""

    amount: Decimal
    currency: str
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What the parsing of every column needs to know."""

    zone: ZoneInfo
    salesforce_ids: bool
    blanks: frozenset[str] = frozenset()
    from_1904: bool = False


def tidy(text: str) -> str:
    """Return the text as stored: NFC, without blanks around it; "None" stays the text it is."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text).replace("\N{NO-BREAK SPACE}", " ").strip()


def parser(field: Field, found: Format, context: Context) -> Parser:
    """Return the function that reads the cells of a column; blank cells are None.

    It raises CellError. Equal texts are read once.
    """
    known: dict[str, Value] = {}

    def parse(cell: Cell) -> Value:
        if not isinstance(cell, str):
            return _READERS[field.shape](cell, field, found, context)
        value = known.get(cell, known)
        if value is known:  # Not read before: no value is the dict itself.
            value = _value_or_error(cell, field, found, context)
            if len(known) < MOST_REMEMBERED:
                known[cell] = value
        if isinstance(value, CellError):
            raise value
        return value

    return parse


def _value_or_error(cell: str, field: Field, found: Format, context: Context) -> Value:
    text = tidy(cell)
    if not text or text.casefold() in context.blanks:
        return None
    if text in ERRORS:
        return CellError("The sheet has an error here, not a value.")
    if text == NO_VALUE:
        return CellError("The sheet has a formula here and not its value: save it in Excel anew.")
    try:
        return _READERS[field.shape](_checked(text), field, found, context)
    except CellError as error:
        return error


def _checked(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    if CONTROLS.search(text):
        raise CellError("It holds invisible control characters.")
    if BIDI_OVERRIDES.search(text):
        raise CellError("It holds invisible signs that turn the direction of the text.")
    return text


def _plain(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f") if cell else "0"
    return cell if isinstance(cell, str) else cell.isoformat()


def _text(cell: Cell, field: Field, found: Format, context: Context) -> str:
    text = cell if isinstance(cell, str) else _plain(cell)
    if len(text) > field.longest:
        raise CellError(f"It has {len(text):,} signs; {field.longest:,} are the most.")
    return text


def _ident(cell: Cell, field: Field, found: Format, context: Context) -> str:
    text = _text(cell, field, found, context)
    if not context.salesforce_ids:
        return text
    try:
        return salesforce_ids.long_form(text)
    except ValueError as error:
        raise CellError(str(error)) from error


def _email(cell: Cell, field: Field, found: Format, context: Context) -> str:
    text = _text(cell, field, found, context).lower()
    try:
        validate_email(text)
    except ValidationError as error:
        raise CellError("This is not an e-mail address.") from error
    return text


def _number(cell: Cell, found: Format) -> numbers.Number:
    if isinstance(cell, Decimal):
        return numbers.Number(cell)
    if not isinstance(cell, str):
        raise CellError("This is a date where a number is expected.")
    meant = numbers.readings(cell)
    if not meant:
        raise CellError("This is not a number.")
    if found.mark:
        number = meant.get(Mark(found.mark))
        if number is None:
            mark = "a comma" if found.mark == Mark.COMMA else "a point"
            raise CellError(f"This is not a number with {mark} as decimal mark.")
        return number
    if len({number.value for number in meant.values()}) > 1:
        raise CellError("The decimal mark of this column has to be chosen first.")
    return next(iter(meant.values()))


def _money(cell: Cell, field: Field, found: Format, context: Context) -> Money:
    number = _number(cell, found)
    amount = half_up(number.value * found.scale)
    if abs(amount) > LARGEST:
        raise CellError("This is more than can be stored.")
    return Money(amount, number.currency, rounded=amount != number.value * found.scale)


def _whole(cell: Cell, field: Field, found: Format, context: Context) -> int:
    value = _number(cell, found).value * found.scale
    if value != value.to_integral_value():
        raise CellError("This is not a whole number.")
    if not 0 <= value <= LARGEST_WHOLE:
        raise CellError(f"A whole number from 0 to {LARGEST_WHOLE:,} is expected.")
    return int(value)


def _date(cell: Cell, found: Format, context: Context) -> date | datetime:
    if isinstance(cell, date):
        day: date | datetime = cell
    elif isinstance(cell, Decimal):
        if not 20_000 <= cell < 110_000:
            raise CellError("This number is no date.")
        day = dates.excel_day(float(cell) + (DAYS_TO_1904 if context.from_1904 else 0))
    else:
        day = _written_date(cell, found)
    if not dates.plausible(day):
        raise CellError(f"The year {day.year} cannot be right.")
    if found.days and isinstance(day, datetime) and day.tzinfo is not None:
        return day.astimezone(UTC).date()
    return day


def _written_date(text: str, found: Format) -> date | datetime:
    meant = dates.readings(text)
    if not meant:
        raise CellError("This is not a date.")
    if None in meant:
        return meant[None]
    if found.order:
        day = meant.get(Order(found.order))
        if day is None:
            raise CellError(
                f"This is not a date in the order {dates.ORDER_LABELS[Order(found.order)]}."
            )
        return day
    if len(set(meant.values())) > 1:
        raise CellError("The order of day and month in this column has to be chosen first.")
    return next(iter(meant.values()))


def _moment(cell: Cell, field: Field, found: Format, context: Context) -> date | datetime:
    """Return the day or, where there is a time, the moment; a time without zone is local."""
    day = _date(cell, found, context)
    if isinstance(day, datetime) and day.tzinfo is None:
        return day.replace(tzinfo=context.zone)
    return day


def _day(cell: Cell, field: Field, found: Format, context: Context) -> date:
    return local_day(_moment(cell, field, found, context), context.zone)


def local_day(value: date | datetime, zone: ZoneInfo) -> date:
    """Return the organisation's day of a day or a moment."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def at_hour(value: date | datetime, zone: ZoneInfo, hour: int) -> datetime:
    """Return the moment itself or, of a day, the one at ``hour`` in the organisation's zone."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(hour), tzinfo=zone)


def _currency(cell: Cell, field: Field, found: Format, context: Context) -> str:
    text = _plain(cell).upper()
    code = numbers.SIGNS.get(text, numbers.SIGNS.get(_plain(cell), text))
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    if code in SHARED_SIGNS:
        return code
    # HubSpot and others write "US Dollar (USD)" or "USD - US Dollar".
    codes = [word for word in code.replace("(", " ").replace(")", " ").split() if len(word) == 3]
    if len(codes) == 1 and codes[0].isascii() and codes[0].isalpha():
        return codes[0]
    raise CellError("This is not a currency: three letters such as USD are expected.")


def _choice(cell: Cell, field: Field, found: Format, context: Context) -> str:
    value = _KNOWN_CHOICES[field.name].get(_words(_plain(cell)))
    if value is None:
        known = ", ".join(choice.replace("_", " ") for choice in field.choices)
        raise CellError(f"It must be one of: {known}.")
    return value


_READERS: dict[Shape, Callable[[Cell, Field, Format, Context], Value]] = {
    Shape.TEXT: _text,
    Shape.REFERENCE: _text,
    Shape.IDENT: _ident,
    Shape.EMAIL: _email,
    Shape.MONEY: _money,
    Shape.WHOLE: _whole,
    Shape.DAY: _day,
    Shape.MOMENT: _moment,
    Shape.CURRENCY: _currency,
    Shape.CHOICE: _choice,
}
