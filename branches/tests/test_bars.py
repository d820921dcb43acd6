from branches.templatetags.bars import bar


def test_a_bar_is_filled_to_its_share():
    shown = bar(200 / 3, "care", "bar-wide")

    assert shown == (
        '<svg class="bar bar-care bar-wide" aria-hidden="true" focusable="false">'
        '<rect class="bar-ground" width="100%" height="100%" rx="3"/>'
        '<rect class="bar-done" width="66.67%" height="100%" rx="3"/></svg>'
    )


def test_a_bar_without_a_state_is_plain():
    assert 'class="bar"' in bar(0)
    assert 'width="0%"' in bar(0)
    assert 'width="100%"' in bar(100)
