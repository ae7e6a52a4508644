"""One factory for each of pipeline's models: minimal and unsurprising."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from pipeline.activities.models import Activity
from pipeline.customers.models import Account, Contact
from pipeline.deals.models import Deal, DealContact
from pipeline.enums import ActivityKind, BuyingRole, Category, Status
from pipeline.products.models import Product
from pipeline.stages.models import Competitor, Pipeline, Stage
from tests.factories.org import PersonFactory


class PipelineFactory(DjangoModelFactory):
    """A pipeline beside the default one, without stages."""

    class Meta:
        model = Pipeline

    name = factory.Sequence(lambda n: f"Pipeline {n}")
    order = 20


class StageFactory(DjangoModelFactory):
    class Meta:
        model = Stage
        django_get_or_create = ("pipeline", "name")

    pipeline = factory.LazyFunction(lambda: Pipeline.objects.get(is_default=True))
    name = "Qualify"
    kind = Status.OPEN
    order = 10
    probability = 20
    default_category = Category.PIPELINE

    class Params:
        propose = factory.Trait(
            name="Propose", order=20, probability=50, default_category=Category.BEST_CASE
        )
        won = factory.Trait(
            name="Won", kind=Status.WON, order=90, probability=100, default_category=Category.CLOSED
        )
        lost = factory.Trait(
            name="Lost",
            kind=Status.LOST,
            order=99,
            probability=0,
            default_category=Category.OMITTED,
        )


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Account {n}")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
    full_name = factory.Sequence(lambda n: f"Contact {n}")


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    name = factory.Sequence(lambda n: f"Product {n}")
    list_price = 1000
    currency = "USD"


class CompetitorFactory(DjangoModelFactory):
    class Meta:
        model = Competitor

    name = factory.Sequence(lambda n: f"Competitor {n}")


class DealFactory(DjangoModelFactory):
    """A deal as the database leaves it: the instance is read back after the insert."""

    class Meta:
        model = Deal
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Deal {n}")
    owner = factory.SubFactory(PersonFactory)
    stage = factory.SubFactory(StageFactory)
    amount = 1000
    currency = "USD"
    created_at = datetime(2026, 1, 5, 9, tzinfo=UTC)

    @factory.post_generation
    def reread(self, create: bool, extracted: None, **_: object) -> None:
        if create:
            self.refresh_from_db()


class DealContactFactory(DjangoModelFactory):
    """A contact of the deal's account in a role."""

    class Meta:
        model = DealContact

    deal = factory.SubFactory(DealFactory)
    contact = factory.SubFactory(ContactFactory, account=factory.SelfAttribute("..deal.account"))
    role = BuyingRole.CHAMPION
    added_at = datetime(2026, 1, 6, 9, tzinfo=UTC)


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity

    kind = ActivityKind.CALL
    subject = "Talked about the offer"
    occurred_at = datetime(2026, 1, 6, 9, tzinfo=UTC)
    person = factory.SubFactory(PersonFactory)
    account = factory.SubFactory(AccountFactory)
