import pytest

from analytics.attainment import metrics as outcomes
from analytics.metrics.metrics.definitions import LABELS, definition, definitions
from analytics.metrics.reports.catalogue import catalogue

TEXT = """Return the ``share`` of something.

    More about it.

    Name: Share of something
    Formula: a /
        b
    Unit: a share
    Source: own
"""


def test_a_docstring_says_name_and_parts():
    found = definition("share", TEXT)

    assert found is not None
    assert (found.key, found.name) == ("share", "Share of something")
    assert found.summary == "The share of something."
    assert found.parts == (("Formula", "a / b"), ("Unit", "a share"), ("Source", "own"))


def test_one_without_a_name_defines_nothing():
    assert definition("share", "Return the share.") is None


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="Denomiator"):
        definition("share", TEXT + "    Denomiator: b\n")


def test_a_missing_part_is_refused():
    with pytest.raises(ValueError, match="Source"):
        definition("share", TEXT.replace("    Source: own\n", ""))


def test_the_definitions_of_a_module_are_those_of_its_own_functions():
    found = {each.key: each for each in definitions([outcomes])}

    assert {"win_rate", "win_rate_by_value", "sales_cycle"} <= set(found)
    assert dict(found["win_rate"].parts)["Formula"] == "won / (won + lost)"
    assert "quantile" not in found


def test_every_metric_of_the_catalogue_has_its_own_name():
    names = [each.name for each in catalogue()]

    assert len(names) > 5
    assert len(set(names)) == len(names)
    assert names == sorted(names, key=str.casefold)
    assert all(set(dict(each.parts)) <= set(LABELS) for each in catalogue())


def test_an_empty_line_between_parts_says_nothing():
    found = definition("share", TEXT.replace("    Unit:", "\n    Unit:"))

    assert found == definition("share", TEXT)
