import pytest
from django.urls import NoReverseMatch, reverse

from kit.markup import numbered


@pytest.mark.parametrize("number", [0, 7, 100, 1203])
@pytest.mark.parametrize("name", ["member", "analytics:deal", "analytics:deal-move"])
def test_address_of_a_number_is_what_the_route_says(name: str, number: int) -> None:
    assert numbered(name)(number) == reverse(name, args=[number])


def test_route_that_is_not_there_or_takes_no_number_is_an_error() -> None:
    for name in ("pipeline:unknown", "team"):
        with pytest.raises(NoReverseMatch):
            numbered(name)
