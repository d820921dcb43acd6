import pytest

from tuanjian.masking import mask_landline, mask_name, mask_number, mask_phone


@pytest.mark.parametrize(
    ("head", "length", "shown"),
    [
        ("37", 18, "37****************"),
        ("379998200107040619", 18, "37****************"),
        ("EA", 9, "EA*******"),
        ("", 18, ""),
    ],
)
def test_mask_number_shows_two_characters(head, length, shown):
    assert mask_number(head, length) == shown


@pytest.mark.parametrize(("phone", "shown"), [("14000123456", "140****3456"), ("12345", "*****"), ("", "")])
def test_mask_phone_covers_the_middle(phone, shown):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("李小明", "李**"), ("晏川", "晏*"), ("晏", "*"), ("", "")])
def test_mask_name_shows_the_first_character(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("0871-65123456", "0871-****3456"),
        ("0871-6512345", "0871-***2345"),
        ("0871-65123456-801", "0871-********-801"),
        ("65123456", "****3456"),
        ("087165123456", "********3456"),
        ("0871-110", "0871-***"),
        ("", ""),
    ],
)
def test_mask_landline_shows_area_and_tail(phone, shown):
    assert mask_landline(phone) == shown
