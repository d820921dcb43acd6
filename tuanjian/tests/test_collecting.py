import gc

import pytest

from tuanjian import collecting


def test_no_search_inside_the_block_and_again_after_the_last():
    seen = [gc.isenabled()]

    with collecting.paused():
        with collecting.paused():
            seen.append(gc.isenabled())
        seen.append(gc.isenabled())
    seen.append(gc.isenabled())

    assert seen == [True, False, False, True]


def test_an_error_does_not_end_it_for_good():
    with pytest.raises(ValueError, match="stop"), collecting.paused():
        raise ValueError("stop")

    assert gc.isenabled()


def test_what_is_loaded_is_left_out_of_every_search():
    threshold, loaded = gc.get_threshold(), {}
    loaded["loaded"] = loaded
    try:
        collecting.set_apart_what_stays()

        assert not any(each is loaded for each in gc.get_objects())
        assert gc.get_threshold()[0] > threshold[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
