import stat
import struct
import zipfile

import pytest

from tuanjian.spreadsheets.cells import Limits
from tuanjian.spreadsheets.package import Package
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.tests.workbooks import packed


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.zip"


def code_of(act):
    with pytest.raises(FileRefused) as refusal:
        act()
    return refusal.value.code


def test_parts_are_found_whatever_the_case_and_the_slashes(path):
    package = Package(packed(path, {"XL\\Workbook.xml": "甲"}), Limits())

    assert package.names == ["xl/workbook.xml"]
    assert package.read("xl/workbook.xml").decode() == "甲"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\a.txt", "xl/../../a"])
def test_paths_that_leave_the_archive_are_unsafe(path, name):
    packed(path, {name: "x"})

    assert code_of(lambda: Package(path, Limits())) == "F_UNSAFE"


def test_links_are_unsafe(path):
    link = zipfile.ZipInfo("xl/link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    packed(path, [(link, "/etc/passwd")])

    assert code_of(lambda: Package(path, Limits())) == "F_UNSAFE"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_corrupt(path):
    packed(path, [("xl/a.xml", "1"), ("XL/A.xml", "2")])

    assert code_of(lambda: Package(path, Limits())) == "F_CORRUPT"


def test_too_many_parts_are_refused(path):
    packed(path, {f"p/{number}": "" for number in range(4)})

    assert Package(path, Limits(parts=4)).names == ["p/0", "p/1", "p/2", "p/3"]
    assert code_of(lambda: Package(path, Limits(parts=3))) == "F_TOO_MANY_PARTS"


def test_an_encrypted_entry_is_told(path):
    data = bytearray(packed(path, {"a": "x"}).read_bytes())
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)

    assert code_of(lambda: Package(path, Limits())) == "F_ENCRYPTED"


def test_overlapping_entries_are_corrupt(path):
    data = bytearray(packed(path, {"a": "x" * 50, "b": "y" * 50}, compression=zipfile.ZIP_STORED).read_bytes())
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(data)

    assert code_of(lambda: Package(path, Limits())) == "F_CORRUPT"


def test_a_damaged_part_is_corrupt(path):
    data = bytearray(packed(path, {"a": "x" * 50}, compression=zipfile.ZIP_STORED).read_bytes())
    data[40] ^= 2
    path.write_bytes(data)

    assert code_of(lambda: Package(path, Limits()).read("a")) == "F_CORRUPT"
    assert code_of(lambda: Package(path, Limits()).read("b")) == "F_CORRUPT"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_half_an_archive_is_corrupt(path, share):
    data = packed(path, {"a": "x" * 50, "b": "y"}).read_bytes()
    path.write_bytes(data[: int(len(data) * share)])

    assert code_of(lambda: Package(path, Limits())) == "F_CORRUPT"


def test_what_comes_out_is_counted_and_not_what_is_declared(path):
    packed(path, {"a": "x" * 1_000, "b": "y" * 1_000})

    assert code_of(lambda: Package(path, Limits(part_bytes=999)).read("a")) == "F_TOO_BIG"
    package = Package(path, Limits(part_bytes=1_000, all_bytes=1_999))
    assert package.read("a") == b"x" * 1_000
    assert code_of(lambda: package.read("b")) == "F_TOO_BIG"


def test_an_archive_of_nothing_is_corrupt(path):
    packed(path, {})

    assert code_of(lambda: Package(path, Limits())) == "F_CORRUPT"
