import pytest

from tuanjian.spreadsheets.cells import Limits
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.sniffing import Family, recognise
from tuanjian.spreadsheets.tests.workbooks import a_sheet, an_xls, compound, packed, parts_of

TEXT = "姓名,民族\r\n李小明,汉族\r\n".encode()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "upload"


@pytest.fixture
def zipped(tmp_path):
    return packed(tmp_path / "zipped", parts_of(a_sheet(["甲"]))).read_bytes()


def code_of(path, name, limits=None):
    with pytest.raises(FileRefused) as refusal:
        recognise(path, name, limits or Limits())
    return refusal.value.code


def test_each_reader_gets_its_files(path, zipped):
    files = [
        (zipped, "团员名册.XLSX", Family.XLSX),
        (an_xls((0, 0, "甲", 0)), "名册.xls", Family.XLS),
        (an_xls((0, 0, "甲", 0)), "名册.et", Family.XLS),
        (TEXT, "=1+1名册.csv", Family.DELIMITED),
        (b"\xff\xfe" + TEXT.decode().encode("utf-16-le"), "a.txt", Family.DELIMITED),
    ]

    found = []
    for data, name, _ in files:
        path.write_bytes(data)
        found.append(recognise(path, name, Limits()))

    assert found == [family for _, _, family in files]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_is_empty(path, data):
    path.write_bytes(data)

    assert code_of(path, "a.csv") == "F_EMPTY"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"%PDF-1.4\n", "a.xlsx", "F_TYPE"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a.xlsx", "F_TYPE"),
        (b"MZ\x90\0", "a.csv", "F_TYPE"),
        (b"<!DOCTYPE html><html><title>login</title></html>", "a.csv", "F_TYPE"),
        (b"\xef\xbb\xbf <html><table><tr></tr></table></html>", "a.xls", "F_EXT"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:x"></Workbook>', "a.xls", "F_EXT"),
        (TEXT, "a.xls", "F_EXT"),
        (TEXT, "a.xlsx", "F_EXT"),
        (TEXT, "a.exe", "F_TYPE"),
        (b"\0\1\2\3", "a.xlsx", "F_TYPE"),
        (an_xls((0, 0, "甲", 0)), "a.xlsx", "F_EXT"),
        (compound(("EncryptionInfo", b""), ("EncryptedPackage", b"")), "a.xlsx", "F_ENCRYPTED"),
        (compound(("WordDocument", b"x")), "a.xls", "F_TYPE"),
        (compound(("Workbook", b"x"), ("_VBA_PROJECT_CUR", b"")), "a.xls", "F_MACRO"),
    ],
)
def test_other_files_are_refused(path, data, name, code):
    path.write_bytes(data)

    assert code_of(path, name) == code


@pytest.mark.parametrize(
    "data",
    [
        "<html><head><meta charset='gb2312'></head><body><table><tr><td>姓名</td></tr></table></body></html>".encode(
            "gb18030"
        ),
        b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<ss:Workbook xmlns:ss="u"></ss:Workbook>',
    ],
)
def test_tables_that_are_only_called_so_are_refused_with_what_to_do(path, data):
    path.write_bytes(data)

    with pytest.raises(FileRefused) as refusal:
        recognise(path, "导出.xls", Limits())

    assert "另存为" in refusal.value.message
    assert "网页或 XML" in refusal.value.message


@pytest.mark.parametrize(
    ("name", "code"), [("a.csv", "F_EXT"), ("名册.xlsx.exe", "F_EXT"), ("名册", "F_EXT"), ("a.xlsm", "F_MACRO")]
)
def test_a_workbook_called_otherwise_is_refused(path, zipped, name, code):
    path.write_bytes(zipped)

    assert code_of(path, name) == code


def test_an_upload_past_the_limit_is_refused_before_it_is_read(path):
    path.write_bytes(TEXT)

    assert code_of(path, "a.csv", Limits(upload_bytes=len(TEXT) - 1)) == "F_TOO_BIG"
