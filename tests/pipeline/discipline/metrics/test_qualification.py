from pipeline.discipline.metrics import Demand, qualification_gaps, qualification_total


def test_the_total_counts_what_is_unscored_as_nothing():
    assert qualification_total({1: 3, 2: 1, 9: 3}, [1, 2, 3]) == (4, 9)
    assert qualification_total({}, []) == (0, 0)


def test_a_gap_is_what_is_below_the_highest_minimum_due_by_now():
    demands = [Demand(1, 1, 10), Demand(1, 3, 20), Demand(2, 1, 30), Demand(3, 2, 20)]

    assert qualification_gaps({1: 1, 3: 2}, demands, order=10) == {}
    assert qualification_gaps({1: 1, 3: 2}, demands, order=20) == {1: 3}
    assert qualification_gaps({1: 3}, demands, order=30) == {2: 1, 3: 2}
    assert qualification_gaps({}, demands, order=9) == {}
