"""Forecasts of each run, what they are made of, and what the same method would have said before."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from analytics.runs.models import ONE_SUBJECT, RecomputeRun
from analytics.runs.querysets import SnapshotQuerySet
from forecasting.querysets import DealExpectationQuerySet
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team
from pipeline.deals.models import Deal


class ForecastRun(models.Model):
    """How the forecasts of one period came about in a run, or what they lack (``missing``).

    ``open_ratio`` and ``new_ratio`` say how much of what the method expected from open deals and
    from new ones came true in ``past_periods`` past periods at the same distance from their end.
    """

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="forecast_runs")
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    missing = models.CharField(max_length=300, blank=True)
    past_periods = models.PositiveSmallIntegerField(default=0)
    open_ratio = models.FloatField(default=1.0)
    new_ratio = models.FloatField(default=1.0)

    class Meta:
        ordering = ["run", "period"]
        constraints = [
            models.UniqueConstraint(fields=["run", "period"], name="forecast_run_once_a_period"),
            models.CheckConstraint(
                name="forecast_run_ratios", condition=Q(open_ratio__gte=0, new_ratio__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"Forecast of {self.period} by {self.run}"


class Forecast(models.Model):
    """Bookings expected of a subject in a period: booked, from open deals, from new ones.

    No person and no team: everyone together. ``low`` and ``high`` enclose 80 % of the outcomes;
    both are null where too few past periods are known to say.
    """

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    booked = models.DecimalField(max_digits=16, decimal_places=2)
    from_open = models.DecimalField(max_digits=16, decimal_places=2)
    from_new = models.DecimalField(max_digits=16, decimal_places=2)
    total = models.DecimalField(max_digits=16, decimal_places=2)
    low = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    high = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    open_deals = models.PositiveIntegerField()
    unpriced = models.PositiveIntegerField()

    objects: ClassVar = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["run", "period", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "person", "team", "period"],
                name="forecast_once_a_run",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="forecast_one_subject", condition=ONE_SUBJECT),
            models.CheckConstraint(
                name="forecast_adds_up",
                condition=Q(total=F("booked") + F("from_open") + F("from_new")),
            ),
            models.CheckConstraint(
                name="forecast_inside_its_interval",
                condition=Q(low__isnull=True, high__isnull=True)
                | Q(low__lte=F("total"), high__gte=F("total")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.team or 'Everyone'} in {self.period}: {self.total}"


class DealExpectation(models.Model):
    """What an open deal is expected to bring in a period: the rows behind ``from_open``.

    ``chance`` is that of being won in the period, before what the past teaches scales it;
    ``worth`` what the deal counts for if won: its amount, or the average where it has none.
    """

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    chance = models.FloatField(null=True)
    worth = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    objects: ClassVar = DealExpectationQuerySet.as_manager()

    class Meta:
        ordering = ["run", "period", "-amount", "deal"]
        indexes = [models.Index(fields=["run", "period", "person"], name="expectation_of_person")]
        constraints = [
            models.UniqueConstraint(fields=["run", "period", "deal"], name="expectation_once"),
            models.CheckConstraint(
                name="expectation_within_worth", condition=Q(amount__lte=F("worth"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal} in {self.period}: {self.amount}"


class PastForecast(models.Model):
    """What the method would have said of a period on an earlier day, and what became of it.

    Computed from what was known on ``made_on`` alone; the naive methods' answers stand beside it.
    ``actual`` is null while the period is open.
    """

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField()
    weeks_left = models.PositiveSmallIntegerField()
    forecast = models.DecimalField(max_digits=16, decimal_places=2)
    low = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    high = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    last_period = models.DecimalField(max_digits=16, decimal_places=2)
    last_year = models.DecimalField(max_digits=16, decimal_places=2)
    run_rate = models.DecimalField(max_digits=16, decimal_places=2)
    actual = models.DecimalField(max_digits=16, decimal_places=2, null=True)

    objects: ClassVar = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["run", "period", "-weeks_left", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "person", "team", "period", "made_on"],
                name="past_forecast_once_a_run",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="past_forecast_one_subject", condition=ONE_SUBJECT),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.team or 'Everyone'} in {self.period} on {self.made_on}"


class OriginWorkings(models.Model):
    """What each person's part in a period looked like on a day: what the run's last step adds up.

    ``people`` and ``teams`` (0: none) name the parts; the other arrays run beside them, in cents.
    ``came_open`` and ``came_new`` are what everyone booked later, in a period that is over.
    """

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField()
    people = ArrayField(models.BigIntegerField())
    teams = ArrayField(models.BigIntegerField())
    booked = ArrayField(models.BigIntegerField())
    open = ArrayField(models.FloatField())
    new = ArrayField(models.FloatField())
    spread_open = ArrayField(models.FloatField())
    spread_new = ArrayField(models.FloatField())
    last_period = ArrayField(models.FloatField())
    last_year = ArrayField(models.FloatField())
    run_rate = ArrayField(models.FloatField())
    came_open = models.FloatField(null=True)
    came_new = models.FloatField(null=True)

    class Meta:
        ordering = ["run", "made_on", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "period", "made_on"], name="origin_workings_once"
            )
        ]


class DealWorkings(models.Model):
    """The open deals of the run's day: whose each is, its worth, what it may bring in, unscaled."""

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    deals = ArrayField(models.BigIntegerField())
    people = ArrayField(models.BigIntegerField())
    teams = ArrayField(models.BigIntegerField())
    cents = ArrayField(models.FloatField())
    worth = ArrayField(models.FloatField(), default=list)
    unpriced = ArrayField(models.BooleanField())

    class Meta:
        ordering = ["run", "period"]
        constraints = [models.UniqueConstraint(fields=["run", "period"], name="deal_workings_once")]


class OutcomeWorkings(models.Model):
    """What each person booked in a period that is over: known a week after its end, and now."""

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    people = ArrayField(models.BigIntegerField())
    teams = ArrayField(models.BigIntegerField())
    settled = ArrayField(models.BigIntegerField(), null=True)
    actual = ArrayField(models.BigIntegerField())

    class Meta:
        ordering = ["run", "period"]
        constraints = [
            models.UniqueConstraint(fields=["run", "period"], name="outcome_workings_once")
        ]
