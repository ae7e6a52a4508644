"""What people enter about a product line that is on a deal already."""

from typing import Any

from kit.forms import ExactDecimalField
from pipeline.forms.accounts import SharedForm
from pipeline.models.deals import DealLine
from pipeline.services.deal_parts import LINE_FIELDS


class LineEditForm(SharedForm):
    """The quantity and the price of a product line."""

    FIELDS = LINE_FIELDS

    quantity = ExactDecimalField(min_value=0, max_digits=12, decimal_places=2)
    unit_price = ExactDecimalField(min_value=0, max_digits=14, decimal_places=2, label="Price each")

    def __init__(self, data: Any = None, *, line: DealLine) -> None:
        stored = {name: getattr(line, name) for name in self.FIELDS}
        super().__init__(data, initial=stored, auto_id="line_%s")
        self.line = line
        self.watch()

    def again(self, data: Any) -> "LineEditForm":
        return LineEditForm(data, line=self.line)
