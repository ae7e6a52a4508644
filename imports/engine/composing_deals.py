"""Deals from rows: which stage they end in, when they were open, and what was known then."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from imports.engine.cells import CellError, Money, at_hour, local_day
from imports.engine.composing import RowError, Setting, Values, filled, key_of
from imports.engine.staging import Staged
from kit.display import day as day_words
from kit.money import half_up
from pipeline.deals.declared import IMPORTED
from pipeline.enums import LOSS_KIND_LABELS, Category, LossKind, LostReason, Status
from pipeline.products.models import Product
from pipeline.stages.models import Competitor, LossReason, Stage

MOST_BEGINNINGS = 10_000
LARGEST_QUANTITY = Decimal("9999999999.99")


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What is known of a stage; ``name`` is what imports call it."""

    name: str
    kind: str
    category: str
    pipeline: int


@dataclass(frozen=True, slots=True)
class ProductFacts:
    name: str
    price: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """When a deal began, and the organisation's day of it, as they are staged."""

    moment: datetime
    stamp: str
    day: str


@dataclass(slots=True)
class DealComposer:
    """Deals. What the file does not say is put under keys that begin with ``made_``.

    Those fill new deals only, and are never compared with deals that are there already.
    """

    setting: Setting
    stages: dict[int, StageFacts] = field(default_factory=dict)
    products: dict[int, ProductFacts] = field(default_factory=dict)
    # By pipeline and kind, the stage that is meant where none is named.
    standard: dict[tuple[int, str], str] = field(default_factory=dict)
    losses: dict[str, str] = field(default_factory=dict)
    rivals: dict[str, int] = field(default_factory=dict)
    begin_on: Callable[[date | datetime], Beginning] = field(init=False)

    def __post_init__(self) -> None:
        self.begin_on = lru_cache(maxsize=MOST_BEGINNINGS)(self._beginning)
        for stage in Stage.objects.live():
            name = self.setting.pipelines.called(stage.pipeline_id, stage.name)
            self.stages[stage.pk] = StageFacts(
                name, stage.kind, stage.default_category, stage.pipeline_id
            )
            self.standard.setdefault((stage.pipeline_id, stage.kind), name)
        for product in Product.objects.all():
            self.products[product.pk] = ProductFacts(
                product.name, product.list_price, product.currency
            )
        self.losses = _loss_words(list(LossReason.objects.all()))
        self.rivals = {rival.name.casefold(): rival.pk for rival in Competitor.objects.all()}

    def compose(self, row: int, values: Values) -> Staged:
        setting = self.setting
        data: dict[str, Any] = {"owner_id": setting.required(values, "owner")}
        if (account := setting.resolved(values, "account")) is not None:
            data["account_id"] = account
        product_id = setting.resolved(values, "product")
        data |= filled(values, "external_id", *(field.name for field in IMPORTED))
        data |= self._stage(values)
        self._times(values, data)
        self._amounts(values, data, product_id)
        self._category(values, data)
        self._loss(values, data)
        self._rival(values, data)
        self._name(values, data, product_id)
        named = values.get("name") or data["made_name"]
        created = data["made_created_day"] if values.get("created_at") is not None else None
        key = key_of(setting.options, values, named, account, data["owner_id"], created)
        return Staged(row, key, data)

    # Stages

    def facts(self, stage: int) -> StageFacts:
        """Return what is known of a stage, one to be made included."""
        if stage in self.stages:
            return self.stages[stage]
        made = self.setting.resolvers["stage"].creations.made
        (_, _), (_, name, detail) = list(made.items())[-stage - 1]
        kind = str(detail.get("kind", Status.OPEN))
        category = {Status.WON: Category.CLOSED, Status.LOST: Category.OMITTED}.get(
            Status(kind), Category.PIPELINE
        )
        pipeline = detail.get("pipeline", self.setting.pipelines.default)
        self.stages[stage] = StageFacts(name, kind, str(category), pipeline)
        return self.stages[stage]

    def _stage(self, values: Values) -> dict[str, Any]:
        """Return the stage the deal is in; where a status closes it, the stage before as well."""
        stage = self.setting.resolved(values, "stage")
        status = values.get("status")
        kind = self.facts(stage).kind if stage is not None else None
        if stage is not None and status in (None, kind):
            return {"stage_id": stage, "kind": kind, **self._before(stage)}
        if status is None:
            raise RowError("stage", "It must not be blank.")
        if stage is not None and kind != Status.OPEN:
            raise RowError("status", f"It says {status}, but the stage means {kind}.")
        if status == Status.OPEN:
            raise RowError("stage", "It must not be blank for an open deal.")
        if stage is not None:
            closed = self._closed_stage(status, self.facts(stage).pipeline)
            return {"stage_id": closed, "kind": status, "open_stage_id": stage}
        named = self.setting.resolved(values, "pipeline")
        closed = self._closed_stage(status, named or self.setting.pipelines.default)
        return {"stage_id": closed, "kind": status, **self._before(closed)}

    def _before(self, stage: int) -> dict[str, Any]:
        """Return where a deal was before it closed in a pipeline beside the default one.

        For those of the default one that is decided for the file as a whole.
        """
        facts = self.facts(stage)
        first = self.standard.get((facts.pipeline, str(Status.OPEN)))
        if facts.kind == Status.OPEN or facts.pipeline == self.setting.pipelines.default:
            return {}
        found = self.setting.resolvers["stage"].resolve(first) if first else None
        return {} if found is None else {"open_stage_id": found}

    def _closed_stage(self, status: str, pipeline: int) -> int:
        called = self.setting.pipelines.called(pipeline, status.capitalize())
        name = self.standard.get((pipeline, status), called)
        resolver = self.setting.resolvers["stage"]
        try:
            found = resolver.resolve(name)
        except CellError as error:
            reason = f"There is no stage for deals that are {status}: answer what “{name}” is."
            raise RowError("stage", reason) from error
        if found is None:
            raise RowError("stage", f"There is no stage for deals that are {status}.")
        return found

    # Times

    def _times(self, values: Values, data: dict[str, Any]) -> None:
        setting = self.setting
        created = self._created(values)
        expected = values.get("expected_close_on")
        if data["kind"] == Status.OPEN:
            if expected is None and (close := values.get("close_date")) is not None:
                expected = local_day(close, setting.zone)
            opened = created or self.begin_on(setting.options.as_of).moment
        else:
            opened = self._closing(values, data, created)
        if expected is not None:
            data["expected_close_on"] = expected.isoformat()
        began = self.begin_on(opened)
        data["made_created_at"] = began.stamp
        data["made_created_day"] = began.day

    def _beginning(self, given: date | datetime) -> Beginning:
        moment = at_hour(given, self.setting.zone, 0)
        return Beginning(
            moment, moment.isoformat(), local_day(moment, self.setting.zone).isoformat()
        )

    def _created(self, values: Values) -> datetime | None:
        stated = values.get("created_at")
        if stated is None:
            return None
        moment = at_hour(stated, self.setting.zone, 0)
        if moment > self.setting.now:
            raise RowError("created_at", "It lies in the future.")
        return moment

    def _closing(self, values: Values, data: dict[str, Any], created: datetime | None) -> datetime:
        """Fill in when the deal closed; return when it began."""
        setting = self.setting
        field = "closed_on" if values.get("closed_on") is not None else "close_date"
        stated, as_of = values.get(field), setting.options.as_of
        if stated is None and not setting.options.undated:
            reason = f"It is {data['kind']} without a day: give it one, or let such deals close on"
            data["made_undated"] = f"{reason} {day_words(as_of)}, the day of the data."
        elif stated is None:
            setting.note(f"is closed without a day and gets {day_words(as_of)}, that of the data")
        value = as_of if stated is None else stated
        day = local_day(value, setting.zone)
        if day > setting.today:
            raise RowError(field, f"A {data['kind']} deal cannot be closed in the future.")
        if day > as_of:
            reason = f"It closed after {day_words(as_of)}, the day of the data."
            raise RowError(field, reason)
        moment = min(at_hour(value, setting.zone, 12), setting.now)
        data["closed_on" if stated is not None else "made_closed_on"] = day.isoformat()
        if created is None:
            data["made_closed_at"] = moment.isoformat()
            return moment
        if moment <= created:
            if local_day(created, setting.zone) == day:
                moment = min(created + timedelta(minutes=1), setting.now)
            else:
                setting.note(
                    "was closed before the day it was entered: it appears from then on, closed"
                )
                moment = created
        data["made_closed_at"] = max(moment, created).isoformat()
        return created

    # Amounts

    def _amounts(self, values: Values, data: dict[str, Any], product_id: int | None) -> None:
        """Fill in the amount, stated or of the list price, and what was known before closing."""
        setting = self.setting
        money = self._stated_amount(values, data)
        currency = setting.currency(values, money)
        data["made_currency"] = currency
        final = data.get("closed_on") or data.get("made_closed_on") or data["made_created_day"]
        if money is not None:
            data |= {"amount": str(money.amount), "currency": currency}
            self._require_rate(currency, final)
        elif values.get("currency"):
            data["currency"] = currency
        quantity = self._quantity(values)
        priced = self._list_amount(product_id, quantity, currency)
        taken, kind = setting.options.list_price, data["kind"]
        if priced is not None and kind in taken:
            self._require_rate(currency, final)
            if money is None:
                data["made_amount"] = str(priced)
        if priced is not None and money is None:
            data["made_priced"] = str(priced)
        if priced is not None and kind != Status.OPEN and Status.OPEN in taken:
            self._require_rate(currency, data["made_created_day"])
            data["open_amount"] = str(priced)
        if product_id is not None:
            line = self._line(values, product_id, quantity)
            self._price(values, line, data, priced=priced)

    def _stated_amount(self, values: Values, data: dict[str, Any]) -> Money | None:
        money: Money | None = values.get("amount")
        if money is None:
            return None
        if data["kind"] == Status.LOST and not money.amount:
            self.setting.note("is lost with the amount 0, which is taken as no amount")
            return None
        if money.rounded:
            self.setting.note("has an amount with parts of a cent, which is rounded half up")
        if money.amount < 0:
            self.setting.note("has a negative amount")
        return money

    def _require_rate(self, currency: str, day: str) -> None:
        rates = self.setting.rates
        if currency != rates.base and rates.on(currency, date.fromisoformat(day)) is None:
            reason = f"There is no exchange rate for {currency} on {day}: set it first."
            raise RowError("amount", reason)

    def _quantity(self, values: Values) -> Decimal:
        stated: Money | None = values.get("quantity")
        if stated is None:
            return Decimal(1)
        if not 0 < stated.amount <= LARGEST_QUANTITY:
            raise RowError("quantity", "A quantity is greater than zero.")
        return stated.amount

    def _list_amount(
        self, product_id: int | None, quantity: Decimal, currency: str
    ) -> Decimal | None:
        product = self.products.get(product_id) if product_id is not None else None
        if product is None or product.price is None:
            return None
        if product.currency != currency:
            self.setting.note(
                "has a product whose list price is in another currency: it is not used"
            )
            return None
        return half_up(product.price * quantity)

    def _line(self, values: Values, product_id: int, quantity: Decimal) -> dict[str, Any]:
        line: dict[str, Any] = {"product_id": product_id, "quantity": str(half_up(quantity))}
        stated: Money | None = values.get("unit_price")
        if stated is not None:
            if stated.amount < 0:
                raise RowError("unit_price", "A price is not negative.")
            line["unit_price"] = str(stated.amount)
        return line

    def _price(
        self,
        values: Values,
        line: dict[str, Any],
        data: dict[str, Any],
        *,
        priced: Decimal | None,
    ) -> None:
        """Add the product line, at the stated price, that of the won amount, or the list price."""
        quantity = Decimal(line["quantity"])
        amount = Decimal(data["amount"]) if "amount" in data else None
        if "unit_price" not in line:
            if amount is not None and data["kind"] == Status.WON and amount >= 0:
                line["made_price"] = str(half_up(amount / quantity))
            elif priced is not None:
                line["made_price"] = str(half_up(priced / quantity))
            else:
                self.setting.note("has a product without any price: no product line is written")
                return
        data["line"] = line

    # The rest

    def _category(self, values: Values, data: dict[str, Any]) -> None:
        category = values.get("category")
        if category is None or data["kind"] != Status.OPEN:
            return
        if category == Category.CLOSED:
            self.setting.note("is open with the forecast category closed, which is not taken")
            return
        own = self.facts(data["stage_id"]).category
        data["category_override"] = "" if category == own else category

    def _loss(self, values: Values, data: dict[str, Any]) -> None:
        text = values.get("lost_reason")
        if data["kind"] != Status.LOST:
            # A deal that was lost here and is not there is opened again, or won after all.
            data |= {"lost_reason": None, "lost_note": ""}
        if text is None:
            return
        if data["kind"] != Status.LOST:
            self.setting.note("has a lost reason though it is not lost, which is not taken")
            return
        reason = self.losses.get(_plain_words(text))
        data["lost_reason"] = reason or str(LostReason.OTHER)
        if reason is None:
            data["lost_note"] = text

    def _rival(self, values: Values, data: dict[str, Any]) -> None:
        """Take a competitor of the list; another one's name is kept in the note on the loss."""
        name = values.get("competitor")
        if name is None:
            return
        rival = self.rivals.get(_plain_words(name))
        if rival is not None:
            data["competitor_id"] = rival
        elif data["kind"] == Status.LOST:
            note = data.get("lost_note")
            data["lost_note"] = f"{note}; lost to {name}" if note else f"Lost to {name}"
            self.setting.note("is lost to a competitor off the list, who is kept in its note")
        else:
            self.setting.note("has a competitor off the list, which is not taken")

    def _name(self, values: Values, data: dict[str, Any], product_id: int | None) -> None:
        if name := values.get("name"):
            data["name"] = name
            return
        product = self.products.get(product_id) if product_id is not None else None
        parts = [product.name if product else values.get("product"), values.get("account")]
        made = ", ".join(part for part in parts if part)
        data["made_name"] = (made or f"Deal {values.get('external_id') or 'without a name'}")[:200]
        self.setting.note("has no name and is called after its product and account")


def _plain_words(text: str) -> str:
    return " ".join(text.casefold().split())


def _loss_words(reasons: list[LossReason]) -> dict[str, str]:
    """Return the code for each way to write a reason: its name, its code, or what kind it is."""
    found = {reason.name.casefold(): reason.code for reason in reasons}
    for reason in reasons:
        words = (reason.code.replace("_", " "), LOSS_KIND_LABELS[LossKind(reason.kind)])
        for word in words if reason.archived_at is None else words[:1]:
            found.setdefault(word.casefold(), reason.code)
    return found
