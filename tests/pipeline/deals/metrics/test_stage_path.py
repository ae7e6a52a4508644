from datetime import UTC, datetime, timedelta

from pipeline.deals.metrics import days_by_stage

START = datetime(2026, 3, 2, tzinfo=UTC)


def day(number):
    return START + timedelta(days=number)


def test_stays_in_one_stage_add_up_and_the_open_end_counts_up_to_now():
    spans = [
        (1, day(0), day(2)),
        (2, day(2), day(3)),
        (1, day(3), day(3.5)),
        (2, day(3.5), day(99)),
    ]

    # On paper: stage 1 two days and half a day, stage 2 one day and one and a half.
    assert days_by_stage(spans, until=day(5)) == {1: 2.5, 2: 2.5}


def test_what_begins_after_the_moment_does_not_count():
    assert days_by_stage([(1, day(0), day(2)), (2, day(2), day(9))], until=day(2)) == {1: 2.0}
    assert days_by_stage([], until=day(2)) == {}
