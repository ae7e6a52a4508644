import pytest

from imports.engine.salesforce_ids import is_plausible, long_form, suffix


def test_the_last_three_signs_say_which_are_capitals():
    # Worked by hand: 006q0 00000 Hddoh has capitals at none, none, and place 1 of the third five.
    assert suffix("006q000000Hddoh") == "AAB"
    assert suffix("0061G00000Ja7B6") == "QAJ"


def test_both_forms_of_an_id_are_one():
    assert long_form("006q000000Hddoh") == long_form("006q000000HddohAAB") == "006q000000HddohAAB"


def test_case_matters_in_the_first_fifteen():
    assert long_form("006q000000hddoh") != long_form("006q000000Hddoh")


@pytest.mark.parametrize("text", ["1C1I7A6R", "006q000000HddohAAC", "006q-00000Hddoh", ""])
def test_other_texts_are_no_such_ids(text):
    assert not is_plausible(text)
    with pytest.raises(ValueError, match="id"):
        long_form(text)
