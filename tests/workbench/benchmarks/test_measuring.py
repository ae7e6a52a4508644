import pytest
from django.db import connection

from workbench.benchmarks.measuring import Batch, Measurement, Timing, compare, timing


def test_timing_is_the_middle_and_the_nearest_rank() -> None:
    assert timing([5.0]) == Timing(5.0, 5.0)
    assert timing([3.0, 1.0, 2.0, 10.0]) == Timing(2.5, 10.0)
    assert timing([float(n) for n in range(1, 21)]) == Timing(10.5, 19.0)


def test_ratio_is_page_over_floor() -> None:
    measured = Measurement(page=Timing(30.0, 40.0), floor=Timing(4.0, 5.0), statements=9)

    assert measured.ratio == 7.5


def test_batch_without_a_floor_has_no_ratio() -> None:
    batch = Batch("x", "none", rows=1000, seconds=4.0, peak_megabytes=None)

    assert batch.ratio is None
    assert batch.per_second == 250


@pytest.mark.django_db
def test_compare_counts_the_statements_of_the_page_alone() -> None:
    ran = {"page": 0, "floor": 0}

    def ask(times: int) -> None:
        with connection.cursor() as cursor:
            for _ in range(times):
                cursor.execute("SELECT 1")

    def page() -> None:
        ran["page"] += 1
        ask(3)

    def floor() -> None:
        ran["floor"] += 1
        ask(7)

    measured = compare(page, floor, repetitions=4, warm_up=2)

    assert measured.statements == 3
    assert ran == {"page": 7, "floor": 6}
    assert measured.page.p95 >= measured.page.median > 0
