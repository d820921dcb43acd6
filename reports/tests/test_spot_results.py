"""The rates of a spot check."""

from reports.spot_checks import results
from reports.tests.spot_checking import a_draw


def test_a_rate_is_100_only_where_nothing_is_wrong():
    def rates(part, whole):
        counted = dict.fromkeys(("drawn", "to_mend", "to_confirm", "confirmed"), 0)
        parts, wholes = ("real", "right", "present"), ("checked", "compared", "expected")
        made = results.Rates(**counted, **dict.fromkeys(parts, part), **dict.fromkeys(wholes, whole))
        return made.real_rate, made.right_rate, made.present_rate

    assert rates(2_999, 3_000) == (99.9,) * 3
    assert rates(3_000, 3_000) == (100.0,) * 3
    assert rates(0, 3) == (0.0,) * 3
    assert rates(0, 0) == (None,) * 3


def test_a_draw_nobody_has_looked_at_has_no_rates(world):
    total = results.result_of(a_draw(world, number=10)).total

    assert (total.checked, total.real_rate, total.right_rate, total.present_rate) == (0, None, None, None)
