from workbench.benchmarks.cases import CASES
from workbench.benchmarks.measuring import Batch, Measurement, Timing
from workbench.benchmarks.targets import REASONS, RESTRICTED, TARGETS, Verdict, judge, judge_batches

TITLES = {"team": "Team", "list": "List", "list-rep": "List of a rep"}


def measured(page: float, floor: float = 10.0, statements: int = 5) -> Measurement:
    return Measurement(Timing(page, page), Timing(floor, floor), statements)


def found(verdicts: list[Verdict], case: str, what: str) -> Verdict:
    return next(v for v in verdicts if (v.case, v.what) == (case, what))


def test_targets_speak_of_cases_that_exist() -> None:
    keys = {case.key for case in CASES}

    assert set(TARGETS) == keys
    assert {key for restricted, other, _ in RESTRICTED for key in (restricted, other)} <= keys


def test_reasons_speak_of_cases_that_exist() -> None:
    titles = {case.title for case in CASES}
    batches = {"Attainment of everybody in every month", "Import of deals, preview and run"}

    for key in REASONS:
        assert any(key == title or key.startswith(f"{title}, ") for title in titles | batches), key


def test_median_ratio_and_statements_are_judged_at_the_largest_size() -> None:
    verdicts = judge(
        {10_000: {"team": measured(20)}, 20_000: {"team": measured(61, 30, 13)}}, TITLES
    )

    assert found(verdicts, "Team", "median") == Verdict(
        "Team", "median", "≤ 60 ms", "61 ms", is_met=False
    )
    assert found(verdicts, "Team", "page / plain SQL").is_met
    assert found(verdicts, "Team", "p95 / median").found == "1.0×"
    assert not found(verdicts, "Team", "statements").is_met
    assert len(verdicts) == 4


def test_growth_is_judged_only_between_sizes_far_apart() -> None:
    verdicts = judge({10_000: {"team": measured(20)}, 100_000: {"team": measured(51)}}, TITLES)

    growth = found(verdicts, "Team", "growth from 10,000 to 100,000 deals")
    assert (growth.found, growth.limit, growth.is_met) == ("2.5×", "≤ 2.5×", False)


def test_who_may_see_less_must_not_wait_longer() -> None:
    fair = judge({1000: {"list": measured(10), "list-rep": measured(12)}}, TITLES)
    unfair = judge({1000: {"list": measured(10), "list-rep": measured(13)}}, TITLES)

    assert found(fair, "List of a rep", "against “List”").is_met
    assert not found(unfair, "List of a rep", "against “List”").is_met


def test_batches_are_judged_by_time_rate_and_floor() -> None:
    attainment = Batch("A", "f", rows=2000, seconds=0.6, peak_megabytes=1, floor_seconds=0.2)
    imported = Batch("I", "f", rows=50_000, seconds=5.0, peak_megabytes=1, floor_seconds=0.5)

    verdicts = judge_batches(attainment, imported)

    assert not found(verdicts, "A", "time").is_met
    assert found(verdicts, "A", "deed / floor").is_met
    assert found(verdicts, "I", "rows a second").is_met
    assert found(verdicts, "I", "deed / floor") == Verdict(
        "I", "deed / floor", "≤ 8×", "10.0×", is_met=False
    )
