"""Changes of deals from rows: one snapshot a row, or HubSpot's dates of entering each stage."""

from dataclasses import dataclass
from typing import Any

from imports.engine.cells import CellError, at_hour
from imports.engine.composing import RowError, Setting, Values, filled
from imports.engine.staging import Staged


@dataclass(slots=True)
class HistoryComposer:
    """Snapshots of deals: what held from a moment on."""

    setting: Setting

    def compose(self, row: int, values: Values) -> Staged:
        deal = self.setting.required(values, "deal")
        entered = [(stage, at) for stage, at in values.get("entered", ()) if at is not None]
        if entered:
            snapshots = [self._entered(values, stage, at) for stage, at in entered]
        elif values.get("changed_at") is None:
            raise RowError("changed_at", "It must not be blank.")
        else:
            snapshots = [self._snapshot(values)]
        snapshots.sort(key=lambda snapshot: snapshot["at"])
        first = snapshots[0]["at"]
        return Staged(row, f"n:{deal}|{first}", {"deal_id": deal, "snapshots": snapshots})

    def _snapshot(self, values: Values) -> dict[str, Any]:
        found: dict[str, Any] = {"at": self._moment(values["changed_at"], "changed_at")}
        if (stage := self.setting.resolved(values, "stage")) is None:
            raise RowError("stage", "It must not be blank.")
        found["stage_id"] = stage
        if (owner := self.setting.resolved(values, "owner")) is not None:
            found["owner_id"] = owner
        money = values.get("amount")
        if money is not None:
            found |= {"amount": str(money.amount), "currency": self.setting.currency(values, money)}
            day = at_hour(values["changed_at"], self.setting.zone, 0).astimezone(self.setting.zone)
            if self.setting.rates.on(found["currency"], day.date()) is None:
                raise RowError("amount", f"There is no exchange rate for {found['currency']} then.")
        found |= filled(values, "close_date", "category")
        return found

    def _entered(self, values: Values, stage: str, at: Any) -> dict[str, Any]:
        try:
            pk = self.setting.resolvers["stage"].resolve(stage)
        except CellError as error:
            raise RowError("entered", f"{error} (“{stage}”)") from error
        if pk is None:
            raise RowError("entered", f"“{stage}” stands for no stage.")
        return {"at": self._moment(at, "entered"), "stage_id": pk}

    def _moment(self, value: Any, name: str) -> str:
        moment = at_hour(value, self.setting.zone, 12)
        if moment > self.setting.now:
            raise RowError(name, "It lies in the future.")
        return moment.isoformat()
