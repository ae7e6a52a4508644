import gc

import pytest

from kit.collecting import heap_set_aside


def test_what_was_there_is_not_looked_through_inside_the_block():
    gc.unfreeze()
    before = len(gc.get_objects())

    with heap_set_aside():
        assert gc.get_freeze_count() >= before
        assert len(gc.get_objects()) < before / 10

    assert gc.get_freeze_count() == 0
    assert len(gc.get_objects()) >= before / 2


def test_it_is_looked_through_again_after_an_error():
    with pytest.raises(ValueError, match="broken"), heap_set_aside():
        raise ValueError("broken")

    assert gc.get_freeze_count() == 0
