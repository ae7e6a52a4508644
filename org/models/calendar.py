"""The organisation, its calendar and its exchange rates."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from kit.fields import Days, check, choices, one_of
from kit.periods import Period
from org.enums import PeriodKind
from org.querysets import FiscalPeriodQuerySet

CURRENCY_CODE = RegexValidator(r"^[A-Z]{3}$", "Use the three letters of the currency, such as USD.")


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


class Organisation(models.Model):
    """The one organisation that this installation serves."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=60, default="UTC")
    fiscal_year_start_month = models.PositiveSmallIntegerField(default=1)
    currency = models.CharField(max_length=3, default="USD", validators=[CURRENCY_CODE])
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=monday_to_friday)
    shows_leaderboard = models.BooleanField(default=True)

    class Meta:
        constraints = [
            check("organisation_is_one", Q(id=1)),
            check("organisation_named", ~Q(name="")),
            check("organisation_start_month", Q(fiscal_year_start_month__range=(1, 12))),
            check("organisation_currency", Q(currency__regex=r"^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day on which the organisation does not work."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"


class FiscalPeriod(models.Model):
    """A fiscal year, quarter or month, ``end_on`` excluded; each is made of those below it."""

    kind = models.CharField(max_length=10, choices=choices(PeriodKind))
    label = models.CharField(max_length=30)
    start_on = models.DateField()
    end_on = models.DateField()
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="parts")

    objects: ClassVar = FiscalPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["start_on", "-end_on"]
        constraints = [
            one_of("fiscal_period_kind", "kind", PeriodKind),
            models.UniqueConstraint(fields=["kind", "start_on"], name="fiscal_period_starts_once"),
            check("fiscal_period_lasts", Q(end_on__gt=F("start_on"))),
            check(
                "fiscal_period_has_its_parent",
                Q(kind="year", parent__isnull=True) | (~Q(kind="year") & Q(parent__isnull=False)),
            ),
            *(
                ExclusionConstraint(
                    name=f"fiscal_{kind}s_apart",
                    expressions=[(Days("start_on", "end_on"), RangeOperators.OVERLAPS)],
                    condition=Q(kind=str(kind)),
                )
                for kind in PeriodKind
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on, self.label)


class ExchangeRate(models.Model):
    """From ``valid_from`` on a unit of ``currency`` is worth ``rate`` of the reporting currency."""

    currency = models.CharField(max_length=3, validators=[CURRENCY_CODE])
    valid_from = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)

    class Meta:
        ordering = ["currency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "valid_from"], name="exchange_rate_once_a_day"
            ),
            check("exchange_rate_positive", Q(rate__gt=0)),
            check("exchange_rate_currency", Q(currency__regex=r"^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} from {self.valid_from}"

    @property
    def plain_rate(self) -> str:
        """The rate in digits, without trailing zeros."""
        return format(self.rate.normalize(), "f")
