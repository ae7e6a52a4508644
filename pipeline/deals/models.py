"""Deals, their history and product lines, and the people on a deal."""

from datetime import UTC, datetime
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from kit.fields import check, choices, once, one_of
from org.models.calendar import CURRENCY_CODE
from org.models.people import Person
from pipeline.customers.models import Account, Contact
from pipeline.deals.querysets import (
    DealContactQuerySet,
    DealQuerySet,
    DealVersionQuerySet,
)
from pipeline.enums import (
    BUYING_ROLE_LABELS,
    HELPING_ROLE_LABELS,
    BuyingRole,
    Category,
    HelpingRole,
    Status,
)
from pipeline.products.models import Product
from pipeline.querysets import largest_first
from pipeline.stages.models import Competitor, Stage

# The open end of a version that still holds. A date, not infinity, so that Python can read it.
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
LIVE = Q(archived_at__isnull=True)
OPEN = Q(status=Status.OPEN, archived_at__isnull=True)


def _plausible(day: str) -> Q:
    return Q(**{f"{day}__isnull": True}) | Q(**{f"{day}__range": ("1980-01-01", "2199-12-31")})


def _both(one: str, other: str) -> Q:
    """Return that both columns have a value, or neither."""
    return Q(**{f"{one}__isnull": True, f"{other}__isnull": True}) | Q(
        **{f"{one}__isnull": False, f"{other}__isnull": False}
    )


class DealManager(models.Manager.from_queryset(DealQuerySet)):  # type: ignore[misc]
    def as_of(self, moment: datetime) -> DealVersionQuerySet:
        """Return every deal as it was at ``moment``, as rows of DealVersion."""
        return DealVersion.objects.as_of(moment)


class Deal(models.Model):
    """A sale in the making, or made, or missed.

    The database fills in ``status``, ``category``, ``amount_base`` with its exchange rate,
    ``closed_on``, ``credited_to``, ``original_close_on``, ``stage_entered_at`` and ``version``
    (pipeline/deals/sql/derive.sql), so that every way of writing, SQL included, agrees on them.
    """

    name = models.CharField(max_length=200)
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals", db_index=False)
    status = models.CharField(max_length=10, choices=choices(Status), default=Status.OPEN)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, validators=[CURRENCY_CODE])
    amount_base = models.DecimalField(max_digits=14, decimal_places=2, null=True, editable=False)
    # By which amount became amount_base; null where nothing was converted.
    exchange_rate = models.DecimalField(max_digits=18, decimal_places=8, null=True, editable=False)
    exchange_rate_from = models.DateField(null=True, editable=False)
    expected_close_on = models.DateField(null=True, blank=True)
    original_close_on = models.DateField(null=True, editable=False)
    closed_on = models.DateField(null=True, blank=True)
    credited_to = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    category_override = models.CharField(  # noqa: DJ001 -- null means the stage decides
        max_length=20, choices=choices(Category), null=True, blank=True
    )
    category = models.CharField(max_length=20, choices=choices(Category), default=Category.PIPELINE)
    next_step = models.CharField(max_length=500, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    # Until that day silence is agreed: the deal is neither quiet nor without a next step.
    wait_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=100, blank=True)
    # The code of a LossReason, which the database holds it to; null while not lost.
    lost_reason = models.CharField(max_length=30, null=True, blank=True)  # noqa: DJ001 -- see above
    # Whom we are up against; after a loss, who won.
    competitor = models.ForeignKey(
        Competitor,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    lost_note = models.TextField(blank=True)
    win_evidence = models.TextField(blank=True)
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 -- unique where known
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    stage_entered_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DealManager] = DealManager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["owner", "expected_close_on"], name="deal_open_by_owner", condition=OPEN
            ),
            models.Index(fields=["-created_at", "-id"], name="deal_newest"),
            # In place of the stage's own index: see reports/deal_order.py.
            models.Index(fields=["stage", "id"], name="deal_by_stage"),
            # When a deal was created, for the sales cycle of thousands at once.
            models.Index(fields=["id"], name="deal_creation", include=["created_at"]),
            models.Index(fields=["owner", "-created_at", "-id"], name="deal_newest_of_owner"),
            # One index for each order of the list, both ways; see ListedQuerySet.in_order.
            largest_first("amount_base", "deal_by_amount"),
            largest_first("closed_on", "deal_by_closing"),
            models.Index(fields=["expected_close_on", "id"], name="deal_by_close", condition=LIVE),
            # Those of the past are nearly all closed: whoever asks for the open ones skips them.
            models.Index(
                fields=["expected_close_on", "id"], name="deal_open_by_close", condition=OPEN
            ),
            models.Index(fields=["name", "id"], name="deal_by_name", condition=LIVE),
            GinIndex(SearchVector("name", config="simple"), name="deal_name_words"),
        ]
        constraints = [
            models.UniqueConstraint("external_id", name="deal_external_id_unique"),
            models.UniqueConstraint("submission", name="deal_submission_once"),
            one_of("deal_status", "status", Status),
            one_of("deal_category", "category", Category),
            check("deal_named", ~Q(name="")),
            check("deal_currency", Q(currency__regex=r"^[A-Z]{3}$")),
            check(
                "deal_category_override_open",
                Q(category_override__isnull=True)
                | Q(category_override__in=["omitted", "pipeline", "best_case", "commit"]),
            ),
            check(
                "deal_closed_has_its_day",
                Q(status=Status.OPEN, closed_on__isnull=True, credited_to__isnull=True)
                | (~Q(status=Status.OPEN) & Q(closed_on__isnull=False, credited_to__isnull=False)),
            ),
            check("deal_days_plausible", _plausible("expected_close_on") & _plausible("closed_on")),
            check("deal_waits_plausibly", _plausible("wait_until")),
            check("deal_amount_in_both_currencies", _both("amount", "amount_base")),
            check("deal_rate_has_its_day", _both("exchange_rate", "exchange_rate_from")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("analytics:deal", args=[self.pk])


class DealVersion(models.Model):
    """The tracked fields of a deal from ``valid_from`` up to, and not including, ``valid_to``.

    Written by the database alone. The versions of a deal follow each other without gap or
    overlap from its creation on; the last one ends at FOREVER.
    """

    # The unique pair of deal and start serves for the deal alone.
    deal = models.ForeignKey(
        Deal, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(default=FOREVER)
    name = models.CharField(max_length=200)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=choices(Status))
    probability = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    amount_base = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    exchange_rate = models.DecimalField(max_digits=18, decimal_places=8, null=True)
    exchange_rate_from = models.DateField(null=True)
    expected_close_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    credited_to = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=20, choices=choices(Category))
    next_step = models.CharField(max_length=500, blank=True)
    next_step_on = models.DateField(null=True)
    wait_until = models.DateField(null=True)
    lost_reason = models.CharField(max_length=30, null=True)  # noqa: DJ001 -- as of the deal
    competitor = models.ForeignKey(
        Competitor, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    archived = models.BooleanField(default=False)
    changed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=20)
    reason = models.CharField(max_length=1000, blank=True)
    transaction = models.BigIntegerField()

    objects: ClassVar = DealVersionQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "valid_from"]
        indexes = [
            # Each carries what the dashboards sum, so that a figure is read from the index alone.
            models.Index(
                fields=["owner", "valid_to"],
                name="version_open_by_owner",
                condition=Q(status=Status.OPEN, archived=False),
                include=[
                    "valid_from",
                    "stage",
                    "category",
                    "probability",
                    "amount_base",
                    "expected_close_on",
                    "deal",
                ],
            ),
            models.Index(
                fields=["status", "closed_on", "credited_to"],
                name="version_closed",
                condition=~Q(status=Status.OPEN) & Q(archived=False),
                include=["valid_from", "valid_to", "amount_base", "deal"],
            ),
            models.Index(
                fields=["credited_to", "closed_on"],
                name="version_closed_by_credit",
                condition=~Q(status=Status.OPEN) & Q(archived=False),
                include=["status", "valid_from", "valid_to", "amount_base", "deal"],
            ),
            # Whether an exchange rate was ever used.
            models.Index(
                fields=["currency", "exchange_rate_from"],
                name="version_by_rate",
                condition=Q(exchange_rate_from__isnull=False),
            ),
            # What changed since a moment.
            models.Index(fields=["valid_from"], name="version_by_start"),
        ]
        constraints = [
            once("version_starts_once", "deal", "valid_from"),
            once("version_ends_once", "deal", "valid_to"),
            check("version_lasts", Q(valid_to__gt=F("valid_from"))),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.valid_from}"


class DealLine(models.Model):
    """A quantity of a product in a deal, at the price asked, in the deal's currency."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=1)
    unit_price = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            check("deal_line_quantity", Q(quantity__gt=0)),
            check("deal_line_price", Q(unit_price__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"


class PastWrite(models.Model):
    """A transaction's note that it changed what had been so at ``since`` or later.

    Written by the database, so that a run can tell whether its parts saw different pasts.
    """

    since = models.DateTimeField()
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["noted_at"], name="past_write_noted")]

    def __str__(self) -> str:
        return f"{self.noted_at}: since {self.since}"


ALL_ROLES = [str(role) for role in BuyingRole]


class DealContact(models.Model):
    """A contact plays a role in a deal from ``added_at`` up to, and not including, ``ended_at``.

    One contact may play several roles. Rows are ended, not deleted, and another role is another
    row, so that who was known at a past moment can be read. The database refuses to change the
    deal, the role and the start of a row (pipeline/deals/sql/dealcontact_guard.sql).
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="contact_roles")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="deal_roles")
    role = models.CharField(max_length=20, choices=choices(BuyingRole, BUYING_ROLE_LABELS))
    added_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = DealContactQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "contact__full_name", "pk"]
        constraints = [
            one_of("deal_contact_role", "role", BuyingRole),
            once(
                "deal_contact_in_a_role_once",
                "deal",
                "contact",
                "role",
                where=Q(ended_at__isnull=True),
            ),
            check("deal_contact_lasts", Q(ended_at__isnull=True) | Q(ended_at__gte=F("added_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_role_display()}"


class DealCollaborator(models.Model):
    """A colleague helps with a deal from ``added_at`` up to, and not including, ``ended_at``.

    They see the deal and log what they do for it, and change nothing of it. Ended, not deleted.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="collaborators")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=choices(HelpingRole, HELPING_ROLE_LABELS))
    added_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = DealContactQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "person__full_name", "pk"]
        constraints = [
            one_of("deal_collaborator_role", "role", HelpingRole),
            once("deal_collaborator_once", "deal", "person", where=Q(ended_at__isnull=True)),
            check(
                "deal_collaborator_lasts", Q(ended_at__isnull=True) | Q(ended_at__gte=F("added_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"
