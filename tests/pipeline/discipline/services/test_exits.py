from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from org.models.audit import AuditEntry
from pipeline.deals.models import Deal
from pipeline.discipline.models import CriterionMet, CriterionVersion, RequiredField, StageOverride
from pipeline.discipline.services import exits
from pipeline.discipline.services import setup as exit_setup
from pipeline.discipline.services.exits import ExitAnswers, NewParts
from pipeline.lifecycle import services as deals
from tests.factories.pipeline import (
    AccountFactory,
    ContactFactory,
    DealFactory,
    ProductFactory,
    StageFactory,
)
from tests.pipeline.lifecycle.services.test_deals import messages, move

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def steps(db):
    return [
        StageFactory(),
        StageFactory(propose=True),
        StageFactory(name="Close", order=30),
        StageFactory(won=True),
        StageFactory(lost=True),
    ]


def asked(stage, statement="Buyer confirmed the budget in writing", **options):
    return exit_setup.add_criterion(stage, by=None, statement=statement, **options).criterion


def name(criterion):
    return f"criterion_{criterion.pk}"


def answer(criterion, text="E-mail of 3 March", **options):
    return ExitAnswers(evidence={criterion.pk: text}, **options)


def test_a_move_forward_asks_for_what_the_exit_needs_and_keeps_who_when_and_what(sales_team, steps):
    qualify, propose, *_ = steps
    budget = asked(qualify)
    exit_setup.require_fields(qualify, by=None, fields=["expected_close_on", "amount"], at=NOW)
    deal = DealFactory(owner=sales_team.rita, amount=None)

    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, propose)
    assert set(messages(refusal)) == {"amount", "expected_close_on", name(budget)}
    assert not CriterionMet.objects.exists()

    values = {"amount": 5, "expected_close_on": date(2026, 12, 1)}
    deal = move(deal, sales_team.rita, propose, exit=answer(budget, values=values))

    met = CriterionMet.objects.get()
    assert (met.deal, met.evidence, met.met_by) == (deal, "E-mail of 3 March", sales_team.rita)
    assert met.met_at is not None
    assert str(met.version) == "Buyer confirmed the budget in writing"
    assert (deal.stage, deal.amount, deal.expected_close_on) == (propose, 5, date(2026, 12, 1))
    assert not StageOverride.objects.exists()


def test_passing_several_stages_asks_for_the_exit_of_each_and_winning_for_all_left(
    sales_team, steps
):
    qualify, propose, close, won, _ = steps
    first, second, third = asked(qualify), asked(propose, "Trial passed"), asked(close, "Signed")
    deal = DealFactory(owner=sales_team.rita)

    for to, needed in ((close, {first, second}), (won, {first, second, third})):
        with pytest.raises(ValidationError) as refusal:
            move(deal, sales_team.rita, to, win_evidence="Order 7" if to == won else "")
        assert set(messages(refusal)) == {name(one) for one in needed}


def test_moving_back_losing_and_reopening_ask_for_nothing(sales_team, steps):
    qualify, propose, close, won, lost = steps
    for stage in (qualify, propose, close):
        asked(stage, f"Asked of {stage}")
    back = DealFactory(owner=sales_team.rita, stage=close)
    assert move(back, sales_team.rita, qualify).stage == qualify
    gone = DealFactory(owner=sales_team.rita, stage=qualify)
    assert move(gone, sales_team.rita, lost, lost_reason="price").stage == lost
    done = DealFactory(owner=sales_team.rita, stage=won)
    again = move(done, sales_team.rita, close, reopen_reason="Not signed after all")
    assert again.stage == close


def test_imports_and_the_system_pass_freely(sales_team, steps):
    qualify, propose, *_ = steps
    asked(qualify)

    for by, source in ((sales_team.ada, "import"), (None, "page")):
        deal = DealFactory(owner=sales_team.rita)
        moved = deals.move_stage(deal, by=by, source=source, version=1, to=propose)
        assert moved.stage == propose
    assert not StageOverride.objects.exists()


def test_what_was_shown_once_is_not_asked_again(sales_team, steps):
    qualify, propose, *_ = steps
    budget = asked(qualify)
    deal = DealFactory(owner=sales_team.rita)
    exits.meet_criterion(deal, budget, by=sales_team.rita, evidence="E-mail of 3 March")

    deal = move(deal, sales_team.rita, propose)
    deal = move(deal, sales_team.rita, qualify)
    deal = move(deal, sales_team.rita, propose)

    assert CriterionMet.objects.count() == 1


def test_what_is_taken_back_is_asked_again_and_stays_to_be_read(sales_team, steps):
    qualify, propose, *_ = steps
    budget = asked(qualify)
    deal = DealFactory(owner=sales_team.rita)
    met = exits.meet_criterion(deal, budget, by=sales_team.rita, evidence="E-mail of 3 March")

    exits.withdraw(met, by=sales_team.mia, at=datetime.now(UTC))

    with pytest.raises(ValidationError):
        move(deal, sales_team.rita, propose)
    met.refresh_from_db()
    assert (met.withdrawn_by, met.evidence) == (sales_team.mia, "E-mail of 3 March")


@pytest.mark.parametrize(
    ("field", "fill"),
    [
        ("account", lambda deal: Deal.objects.filter(pk=deal.pk)),
        ("contacts", None),
        ("products", None),
        ("competitor", None),
        ("next_step", None),
        ("next_step_on", None),
        ("source", None),
    ],
)
def test_each_field_can_be_asked_for(sales_team, steps, field, fill):
    qualify, propose, *_ = steps
    exit_setup.require_fields(qualify, by=None, fields=[field], at=NOW)
    deal = DealFactory(owner=sales_team.rita)

    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, propose)

    assert list(messages(refusal)) == [field]


def test_a_contact_and_a_competitor_named_with_the_move_are_enough(sales_team, steps):
    qualify, propose, *_ = steps
    exit_setup.require_fields(qualify, by=None, fields=["contacts", "competitor"], at=NOW)
    deal = DealFactory(owner=sales_team.rita)
    deal.contact_roles.create(contact=ContactFactory(), role="other")

    assert move(deal, sales_team.rita, propose, new_competitor="Rival").stage == propose


def test_an_override_says_why_is_counted_once_and_keeps_what_was_missing(sales_team, steps):
    qualify, propose, *_ = steps
    budget, trial = asked(qualify), asked(qualify, "Trial passed", order=20)
    deal = DealFactory(owner=sales_team.rita)
    answers = answer(budget, override=" Their quarter ends ")

    moved = move(deal, sales_team.mia, propose, exit=answers)
    again = move(deal, sales_team.mia, propose, exit=answers)

    found = StageOverride.objects.get()
    assert (found.reason, found.missing) == ("Their quarter ends", ["Trial passed"])
    assert (found.overridden_by, found.owner) == (sales_team.mia, sales_team.rita)
    assert (found.from_stage, found.to_stage, moved.stage, again.stage) == (
        qualify, propose, propose, propose,
    )  # fmt: skip
    assert CriterionMet.objects.get().criterion == budget
    assert trial.versions.get().valid_to is None


def test_a_reason_where_nothing_is_missing_is_no_override(sales_team, steps):
    qualify, propose, *_ = steps
    budget = asked(qualify)
    deal = DealFactory(owner=sales_team.rita)

    move(deal, sales_team.rita, propose, exit=answer(budget, override="In a hurry"))

    assert not StageOverride.objects.exists()


def test_a_criterion_waits_for_the_one_it_depends_on(sales_team, steps):
    qualify, propose, close, *_ = steps
    first = asked(qualify)
    second = asked(propose, "Trial passed", depends_on=first)
    deal = DealFactory(owner=sales_team.rita, stage=propose)

    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, close, exit=answer(second))
    assert messages(refusal) == {
        name(second): ["First comes: Buyer confirmed the budget in writing"]
    }
    exits.meet_criterion(deal, first, by=sales_team.rita, evidence="E-mail of 3 March")
    assert move(deal, sales_team.rita, close, exit=answer(second)).stage == close


def test_what_no_longer_stands_holds_nobody_back(sales_team, steps):
    qualify, propose, *_ = steps
    first = asked(qualify)
    second = asked(qualify, "Trial passed", depends_on=first)
    exit_setup.end_criterion(first, by=None, at=datetime.now(UTC))
    deal = DealFactory(owner=sales_team.rita)

    assert move(deal, sales_team.rita, propose, exit=answer(second)).stage == propose


def test_a_criterion_that_would_depend_on_itself_is_refused(steps):
    qualify, *_ = steps
    first = asked(qualify)
    second = asked(qualify, "Trial passed", depends_on=first)
    third = asked(qualify, "Signed", depends_on=second)

    for criterion, on in ((first, third), (first, first), (first, second)):
        with pytest.raises(ValidationError) as refusal:
            exit_setup.reword_criterion(
                criterion, by=None, at=NOW, statement="Again", depends_on=on
            )
        assert list(messages(refusal)) == ["depends_on"]
        assert "already depends" in messages(refusal)["depends_on"][0]
    assert str(first.versions.live().get()) == "Buyer confirmed the budget in writing"


def test_a_criterion_depends_on_none_of_a_later_stage(steps):
    qualify, propose, *_ = steps
    later = asked(propose, "Trial passed")

    with pytest.raises(ValidationError) as refusal:
        asked(qualify, depends_on=later)

    assert list(messages(refusal)) == ["depends_on"]


@pytest.mark.django_db(transaction=True)
def test_two_who_close_a_circle_together_at_once_are_not_both_let():
    stage = StageFactory()
    first, second = asked(stage), asked(stage, "Trial passed")

    def reword(pair):
        criterion, on = pair
        try:
            exit_setup.reword_criterion(
                criterion, by=None, at=datetime.now(UTC), statement="Again", depends_on=on
            )
        except ValidationError as error:
            return list(error.message_dict)
        finally:
            connection.close()
        return []

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(reword, [(first, second), (second, first)]))

    assert sorted(found) == [[], ["depends_on"]]


def test_rows_are_ended_and_never_changed(sales_team, steps):
    qualify, propose, *_ = steps
    budget = asked(qualify)
    asked(qualify, "Trial passed")
    exit_setup.require_fields(qualify, by=None, fields=["amount"], at=NOW)
    deal = DealFactory(owner=sales_team.rita)
    move(deal, sales_team.rita, propose, exit=answer(budget, override="In a hurry"))

    for rows, change in (
        (CriterionVersion.objects.all(), {"statement": "Other"}),
        (RequiredField.objects.all(), {"field": "source"}),
        (CriterionMet.objects.all(), {"evidence": "Other"}),
        (StageOverride.objects.all(), {"reason": "Other"}),
    ):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            rows.update(**change)


def test_rewording_keeps_the_words_of_before_and_what_met_them(sales_team, steps):
    qualify, propose, *_ = steps
    budget = asked(qualify)
    deal = DealFactory(owner=sales_team.rita)
    exits.meet_criterion(deal, budget, by=sales_team.rita, evidence="E-mail of 3 March")

    exit_setup.reword_criterion(
        budget, by=sales_team.ada, at=datetime.now(UTC) + timedelta(minutes=1),
        statement="The buyer signed off the budget",
    )  # fmt: skip

    assert str(CriterionMet.objects.get().version) == "Buyer confirmed the budget in writing"
    assert move(deal, sales_team.rita, propose).stage == propose
    assert budget.versions.count() == 2


def test_fields_no_longer_asked_for_end(steps):
    qualify, *_ = steps
    exit_setup.require_fields(qualify, by=None, fields=["amount", "source"], at=NOW)
    exit_setup.require_fields(qualify, by=None, fields=["amount"], at=NOW)

    assert [row.field for row in RequiredField.objects.live()] == ["amount"]
    assert RequiredField.objects.count() == 2


def test_admins_set_up_and_closed_stages_ask_for_nothing(sales_team, steps):
    qualify, _, _, won, _ = steps
    for write in (
        lambda by, stage: exit_setup.add_criterion(stage, by=by, statement="Signed"),
        lambda by, stage: exit_setup.require_fields(stage, by=by, fields=["amount"], at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            write(sales_team.mia, qualify)
        with pytest.raises(ValidationError):
            write(sales_team.ada, won)
        write(sales_team.ada, qualify)


def test_evidence_is_given_by_those_who_may_edit_the_deal(sales_team, steps):
    budget = asked(steps[0])
    deal = DealFactory(owner=sales_team.rita)

    for stranger in (sales_team.ron, sales_team.eve):
        with pytest.raises(PermissionDenied):
            exits.meet_criterion(deal, budget, by=stranger, evidence="E-mail")
    with pytest.raises(ValidationError) as refusal:
        exits.meet_criterion(deal, budget, by=sales_team.rita, evidence=" ")
    assert list(messages(refusal)) == ["evidence"]


@pytest.mark.django_db(transaction=True)
def test_of_two_movers_at_once_one_moves_and_one_is_told():
    from tests.worlds import build_sales_team

    team = build_sales_team(date(2026, 11, 1))
    stage, to = StageFactory(), StageFactory(propose=True)
    budget = asked(stage)
    asked(stage, "Trial passed")
    deal = DealFactory(owner=team.rita, stage=stage)
    close = StageFactory(name="Close", order=30)

    def forward(target):
        try:
            move(deal, team.rita, target, exit=answer(budget, override="In a hurry"), version=1)
        except deals.EditConflict:
            return "told"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(forward, [to, close]))

    assert sorted(found) == ["moved", "told"]
    assert CriterionMet.objects.count() == StageOverride.objects.count() == 1
    assert StageOverride.objects.get().to_stage == Deal.objects.get(pk=deal.pk).stage


@pytest.mark.django_db(transaction=True)
def test_a_double_click_overrides_once():
    from tests.worlds import build_sales_team

    team = build_sales_team(date(2026, 11, 1))
    stage, to = StageFactory(), StageFactory(propose=True)
    asked(stage)
    deal = DealFactory(owner=team.rita, stage=stage)

    def click(_):
        try:
            return move(
                deal, team.rita, to, exit=ExitAnswers(override="In a hurry"), version=1
            ).stage.name
        except deals.EditConflict as told:
            return told.current.stage.name
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(click, range(4))) == {"Propose"}
    assert StageOverride.objects.count() == 1


def test_a_new_contact_needs_an_account_and_a_name_that_only_one_has(sales_team, steps):
    qualify, propose, *_ = steps
    exit_setup.require_fields(qualify, by=None, fields=["contacts"], at=NOW)
    account = AccountFactory()
    for _ in range(2):
        ContactFactory(account=account, full_name="Ann Buyer")
    answers = ExitAnswers(parts=NewParts(now=NOW, new_contact="ann  buyer", role="champion"))

    for deal, field, words in (
        (DealFactory(owner=sales_team.rita), "contacts", "First say which account"),
        (DealFactory(owner=sales_team.rita, account=account), "contacts_new", "Several are called"),
    ):
        with pytest.raises(ValidationError, match=words) as refusal:
            move(deal, sales_team.rita, propose, exit=answers)
        assert list(messages(refusal)) == [field]
        deal.refresh_from_db()
        assert deal.stage == qualify
    assert account.contacts.count() == 2


def test_a_new_contact_of_an_archived_account_is_refused_as_a_whole(sales_team, steps):
    qualify, propose, *_ = steps
    exit_setup.require_fields(qualify, by=None, fields=["contacts"], at=NOW)
    deal = DealFactory(owner=sales_team.rita, account=AccountFactory(archived_at=NOW))
    parts = NewParts(now=NOW, new_contact="Ann Buyer", role="champion")

    with pytest.raises(ValidationError, match="This account is archived") as refusal:
        move(deal, sales_team.rita, propose, exit=ExitAnswers(parts=parts))

    assert not hasattr(refusal.value, "error_dict")
    assert not deal.account.contacts.exists()


def test_a_product_in_another_currency_needs_a_price(sales_team, steps):
    qualify, propose, *_ = steps
    exit_setup.require_fields(qualify, by=None, fields=["products"], at=NOW)
    deal = DealFactory(owner=sales_team.rita, currency="USD")
    lamp = ProductFactory(list_price=90, currency="EUR")
    unpriced = NewParts(now=NOW, product=lamp)

    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, propose, exit=ExitAnswers(parts=unpriced))
    assert messages(refusal) == {"products_price": ["Give the price in USD."]}
    priced = NewParts(now=NOW, product=lamp, unit_price=Decimal(99))
    move(deal, sales_team.rita, propose, exit=ExitAnswers(parts=priced))

    line = deal.lines.get()
    assert (line.product, line.quantity, line.unit_price) == (lamp, 1, 99)


def test_a_move_sets_no_other_field_of_the_deal(sales_team, steps):
    deal = DealFactory(owner=sales_team.rita)

    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, steps[1], exit=ExitAnswers(values={"owner": sales_team.rob}))

    assert messages(refusal) == {"owner": ["This field cannot be set by a move."]}
    deal.refresh_from_db()
    assert (deal.owner, deal.stage) == (sales_team.rita, steps[0])


def test_evidence_that_is_too_long_is_refused(sales_team, steps):
    qualify, propose, *_ = steps
    budget, text = asked(qualify), "x" * (exits.LONGEST + 1)
    deal = DealFactory(owner=sales_team.rita)

    with pytest.raises(ValidationError) as refusal:
        move(deal, sales_team.rita, propose, exit=answer(budget, text))
    assert messages(refusal) == {name(budget): ["At most 5,000 characters."]}
    with pytest.raises(ValidationError) as refusal:
        exits.meet_criterion(deal, budget, by=sales_team.rita, evidence=text)
    assert messages(refusal) == {"evidence": ["At most 5,000 characters."]}
    assert not CriterionMet.objects.exists()


def test_a_criterion_that_has_ended_is_neither_met_nor_reworded(sales_team, steps):
    budget = asked(steps[0])
    deal = DealFactory(owner=sales_team.rita)
    exit_setup.end_criterion(budget, by=None, at=datetime.now(UTC))

    with pytest.raises(ValidationError, match="no longer asked for"):
        exits.meet_criterion(deal, budget, by=sales_team.rita, evidence="E-mail")
    with pytest.raises(ValidationError, match="no longer asked for"):
        exit_setup.reword_criterion(
            budget, by=sales_team.ada, at=datetime.now(UTC), statement="Signed"
        )

    assert budget.versions.count() == 1
    assert not CriterionMet.objects.exists()


def test_the_same_words_again_make_no_new_version(sales_team, steps):
    budget = asked(steps[0], "Trial passed")

    exit_setup.reword_criterion(
        budget, by=sales_team.ada, at=datetime.now(UTC), statement=" Trial  passed "
    )

    assert [str(version) for version in budget.versions.live()] == ["Trial passed"]
    assert not AuditEntry.objects.filter(action="stage.reword_criterion").exists()


def test_taking_back_twice_keeps_who_did_it_first(sales_team, steps):
    deal = DealFactory(owner=sales_team.rita)
    met = exits.meet_criterion(deal, asked(steps[0]), by=sales_team.rita, evidence="E-mail")

    exits.withdraw(met, by=sales_team.mia, at=datetime.now(UTC))
    exits.withdraw(met, by=sales_team.rita, at=datetime.now(UTC))

    met.refresh_from_db()
    assert met.withdrawn_by == sales_team.mia
    assert AuditEntry.objects.filter(action="deal.withdraw_criterion").count() == 1
