from kit.enums import Labelled
from kit.fields import choices


class Colour(Labelled):
    DARK_RED = "dark_red"
    RATE = "rate", "Exchange rate", "at another rate"


def test_a_member_is_its_value_and_has_words() -> None:
    assert Colour("rate") is Colour.RATE
    assert f"{Colour.RATE}" == "rate"
    assert (Colour.RATE.label, Colour.RATE.note) == ("Exchange rate", "at another rate")


def test_without_a_label_the_value_is_made_readable() -> None:
    assert choices(Colour) == [("dark_red", "Dark red"), ("rate", "Exchange rate")]
