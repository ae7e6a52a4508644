from org.metrics import below


def test_what_lies_below_two_roots_of_one_branch_is_found_once():
    parents = {1: None, 2: 1, 3: 2, 4: 3, 5: 1}

    assert below(parents, {2}) == {2, 3, 4}
    assert below(parents, {2, 3}) == {2, 3, 4}
    assert below(parents, {1, 3}) == {1, 2, 3, 4, 5}


def test_a_circle_ends():
    assert below({1: 2, 2: 1, 3: 2}, {1}) == {1, 2, 3}
