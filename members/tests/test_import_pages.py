import datetime as dt
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.models import AuditEntry
from members.models.roster import ImportState, RosterImport
from members.roster.running.applying import apply_plan
from members.tests.builders import a_member, a_phone, an_id_number
from members.tests.rosters import a_file, a_row, checked, imported, members

NUMBERS = re.compile(r"[0-9]{15,}|(?<![0-9])1[0-9]{10}(?![0-9])")
BRANCH = "航测一室团支部"


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.general_admin)


def checked_here(world, *rows, **options):
    return checked(members(*rows), organization=world.general, by=world.general_admin, **options)


def imported_here(world, *rows, **options):
    return imported(members(*rows), organization=world.general, by=world.general_admin, **options)


def content(client, path, **data):
    return client.get(path, data).content.decode()


def upload(name="名册.xlsx", *rows):
    return SimpleUploadedFile(name, a_file(members(*rows)).read())


def said(response):
    return [str(message) for message in response.context["messages"]]


def visible_text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_file_goes_from_upload_to_preview(world, admin):
    response = admin.post(
        "/imports/new/",
        {
            "organization": world.general.pk,
            "note": "秋季",
            "update_existing": "on",
            "file": upload("秋季.xlsx", a_row("费思源", BRANCH)),
        },
    )

    roster = RosterImport.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/imports/{roster.pk}/")
    assert (roster.state, roster.note, roster.file_name, roster.started_by) == (
        ImportState.TO_CONFIRM,
        "秋季",
        "秋季.xlsx",
        world.general_admin,
    )
    assert "写入 1 行" in content(admin, f"/imports/{roster.pk}/")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"file": None}, "请选择要导入的文件。"),
        ({"file": SimpleUploadedFile("空.xlsx", b"")}, "文件是空的，请检查后重新上传。"),
        ({"organization": ""}, "请选择导入到哪个组织。"),
    ],
)
def test_an_upload_is_refused_with_the_reason(world, admin, given, sentence):
    data = {"organization": world.general.pk, "file": upload("名册.xlsx", a_row("费思源", BRANCH))} | given

    response = admin.post("/imports/new/", {name: value for name, value in data.items() if value is not None})

    assert sentence in response.content.decode()
    assert not RosterImport.objects.exists()


def test_a_file_larger_than_the_limit_is_refused(world, admin):
    large = SimpleUploadedFile("名册.csv", b"0" * (10 * 2**20 + 1))

    response = admin.post("/imports/new/", {"organization": world.general.pk, "file": large})

    assert "文件超过 10 MB" in response.content.decode()
    assert not RosterImport.objects.exists()


def test_nobody_imports_where_they_have_no_right(world, admin):
    response = admin.post(
        "/imports/new/",
        {"organization": world.other_general.pk, "file": upload("名册.xlsx", a_row("费思源", "一分队团支部"))},
    )

    assert "organization" in response.context["form"].errors
    assert not RosterImport.objects.exists()


def test_a_file_that_cannot_be_used_says_why_and_can_be_replaced(world, admin):
    roster = checked(a_file({"说明": [["请填写"]]}), organization=world.general, by=world.general_admin)

    page = content(admin, f"/imports/{roster.pk}/")

    assert (roster.state, "没有找到表头" in page, "上传改好的文件" in page) == (ImportState.FAILED, True, True)


def test_the_preview_adds_up(world, admin):
    known = a_member("林同", branch=world.branch, ethnicity="01")
    roster = checked_here(
        world,
        a_row("费思源", BRANCH),
        a_row("葛云帆", BRANCH, number="379998200106180013"),
        a_row("林同", BRANCH, number=known.id_number, phone="14000999999", joined="2016-05"),
    )

    text = visible_text(content(admin, f"/imports/{roster.pk}/"))

    assert "文件共 3 行 = 新增 1 行 + 更新 1 行 + 无变化 0 行 + 有问题 1 行" in text
    assert "写入 2 行" in text
    assert "下载有问题的行（1）" in text
    assert "校验位不对 身份证号列 1 行" in text


def test_no_number_and_no_phone_is_shown_in_clear(world, admin):
    known = a_member("林同", branch=world.branch)
    number, phone = an_id_number(), a_phone()
    roster = checked_here(
        world,
        a_row("费思源", BRANCH, number=number, phone=phone),
        a_row("葛云帆", BRANCH, number=number[:-1] + ("1" if number[-1] != "1" else "2")),
        a_row(number, BRANCH),
        a_row("秦若水", phone),
        a_row("祁远舟", f"{BRANCH} {number[:6]} {number[6:14]} {number[14:]}"),
        a_row("林同", BRANCH, number=known.id_number, phone="14000777777"),
        a_row("何远", BRANCH, number=number[:17], phone="1400066"),
        a_row("韩知远", BRANCH, number="３７９９９８２００１０６１８００１２", phone="+86 140 0012 3456"),
    )
    paths = [f"/imports/{roster.pk}/", *(f"/imports/{roster.pk}/rows/{n}/" for n in range(1, 9))]

    pages = [content(admin, path, size=100) for path in paths]
    apply_plan(roster, by=world.general_admin)
    pages += [content(admin, path) for path in (*paths, f"/imports/{roster.pk}/changes/", "/imports/")]

    # Digits of the pages themselves, in addresses and tokens, are shorter or follow letters.
    shown = [found for page in pages for found in NUMBERS.findall(visible_text(page))]
    assert shown == []
    bare = ["".join(re.findall(r"[0-9Xx]", visible_text(page))) for page in pages]
    assert [secret for secret in (number, phone, known.id_number) for page in bare if secret in page] == []
    assert number[:2] + "*" * 16 in pages[0]
    assert f"{phone[:3]}****{phone[-4:]}" in pages[0]


def test_cells_are_marked_with_what_is_wrong_and_what_changes(world, admin):
    known = a_member("林同", branch=world.branch, phone="14000111111", ethnicity="03")
    roster = checked_here(
        world,
        a_row("葛云帆", BRANCH, joined="13/12/4"),
        a_row("林同", BRANCH, number=known.id_number, phone="14000222222"),
    )

    page = content(admin, f"/imports/{roster.pk}/")

    assert re.search(
        r'class="of-joined_on mark-problem"[^>]*><span class="cell-new">13/12/4</span><span class="cell-note">', page
    )
    assert '<span class="cell-old">140****1111</span><span class="cell-new">→ 140****2222</span>' in page
    assert '<span class="other-heading">民族</span> <span class="cell-old">' in page


def test_segments_classes_and_the_search_narrow_the_rows(world, admin):
    roster = checked_here(
        world,
        a_row("费思源", BRANCH),
        a_row("葛云帆", BRANCH, number="379998200106180013"),
        a_row("贺知微", "没有这个支部"),
    )
    path = f"/imports/{roster.pk}/"

    def names(**asked):
        context = admin.get(path, asked).context
        return [row.label for block in context["blocks"] for row in block.rows]

    assert names() == ["费思源", "葛云帆", "贺知微"]
    assert names(state="invalid") == ["葛云帆", "贺知微"]
    assert names(state="new") == ["费思源"]
    assert names(finding="R_ID_CHECKSUM.id_number.") == ["葛云帆"]
    assert names(finding="R_ID_CHECKSUM.phone.") == []
    assert names(q="知微") == ["贺知微"]
    assert names(q="2") == ["费思源"]
    assert names(kind="youth") == []
    assert names(state="nonsense", kind="x", finding="'; drop") == ["费思源", "葛云帆", "贺知微"]


def test_every_class_leads_to_as_many_rows_as_it_counts(world, admin):
    roster = checked_here(
        world,
        a_row("费思源", BRANCH),
        a_row("葛云帆", BRANCH, number="379998200106180013", joined="2021"),
        a_row("贺知微", "没有这个支部"),
        a_row("钱 一", BRANCH, joined="2019"),
    )
    review = admin.get(f"/imports/{roster.pk}/").context["review"]

    counted = {each.key: each.rows for each in review.classes}

    found = {}
    for key in counted:
        context = admin.get(f"/imports/{roster.pk}/", {"finding": key}).context
        found[key] = sum(len(block.rows) for block in context["blocks"])
    assert counted == found
    assert {"R_ID_CHECKSUM.id_number.", "R_BRANCH_UNKNOWN.branch.", "W_PRECISION.joined_on.out"} <= set(counted)


def test_what_was_not_read_is_named(world, admin):
    sheets = {
        "团员": [
            ["航测一室团员名册"],
            ["姓名", "身份证号", "所在团支部", "血型"],
            ["费思源", an_id_number(), BRANCH, "A"],
            ["合计", "1 人", "", ""],
        ],
        "说明": [["本表由支部填写"]],
    }
    roster = checked(sheets, organization=world.general, by=world.general_admin)

    text = visible_text(content(admin, f"/imports/{roster.pk}/"))

    assert "没有读取的内容" in text
    assert "没有导入的列：“血型”" in text
    assert "合计、说明或签字：第 4 行" in text
    assert "工作表“说明”里没有找到表头，没有读取。" in text


def test_the_page_of_a_row_shows_everything_that_was_read(world, admin):
    roster = checked_here(world, a_row("费 思源", BRANCH, joined="2016年5月"))

    text = visible_text(content(admin, f"/imports/{roster.pk}/rows/1/"))

    assert "姓名中的空格等已自动整理，请核对。" in text
    assert "2016年5月" in text
    assert "入团年月只写到月，按“年月”保存。" in text
    assert "政治面貌" in text
    assert admin.get(f"/imports/{roster.pk}/rows/2/").status_code == 404


def test_a_file_without_anything_new_offers_nothing_to_write(world, admin):
    row = a_row("费思源", BRANCH)
    imported_here(world, row)
    roster = checked_here(world, row)

    page = content(admin, f"/imports/{roster.pk}/")

    assert "没有需要写入的行：文件内容与系统中的一致。" in visible_text(page)
    assert "/confirm/" not in page


def test_people_elsewhere_find_nothing_and_observers_only_look(world, signed_in):
    roster = checked_here(world, a_row("费思源", BRANCH), a_row("葛云帆", BRANCH, number="379998200106180013"))
    looking = ["", "progress/", "rows/1/", "absent/", "changes/"]
    acting = ["confirm/", "check-again/", "discard/", "take-back/"]

    def answers(user):
        client = signed_in(user)
        return (
            {client.get(f"/imports/{roster.pk}/{path}").status_code for path in looking},
            {client.post(f"/imports/{roster.pk}/{path}").status_code for path in acting}
            | {client.get(f"/imports/{roster.pk}/refused/").status_code},
        )

    assert answers(world.foreign_admin) == ({404}, {404})
    assert answers(world.secretary) == ({404}, {404})
    assert answers(world.auditor) == ({404}, {404})
    assert answers(world.observer) == ({200, 286}, {403})
    roster.refresh_from_db()
    assert roster.state == ImportState.TO_CONFIRM
    page = content(signed_in(world.observer), f"/imports/{roster.pk}/")
    assert ("/confirm/" in page, "/refused/" in page, "/discard/" in page) == (False, False, False)


def test_who_may_not_enter_anybody_may_not_upload(world, signed_in):
    codes = {
        user.username: signed_in(user).get("/imports/new/").status_code
        for user in (world.clerk, world.observer, world.officer, world.outsider)
    }

    assert codes == {"clerk": 200, "observer": 403, "officer": 403, "outsider": 403}
    assert signed_in(world.clerk).get("/imports/new/?purpose=nonsense").status_code == 404


@pytest.mark.parametrize("page", ["", "changes/", "absent/", "rows/1/"])
def test_pages_ask_as_often_for_three_rows_as_for_one(world, admin, page):
    # Everybody is new and named in the same branch, so that only the number of rows differs.
    few = imported_here(world, a_row("费思源", BRANCH))
    many = imported_here(world, *(a_row(name, BRANCH) for name in ("葛云帆", "贺知微", "秦若水")))
    admin.get(f"/imports/{few.pk}/{page}")

    counts = [number_of_queries(admin, f"/imports/{roster.pk}/{page}") for roster in (few, many)]

    assert counts[0] == counts[1]


def test_the_history_asks_as_often_for_three_imports_as_for_one(world, admin):
    checked_here(world, a_row("费思源", BRANCH))
    admin.get("/imports/")
    one = number_of_queries(admin, "/imports/")
    for name in ("葛云帆", "贺知微"):
        checked_here(world, a_row(name, BRANCH))

    assert number_of_queries(admin, "/imports/") == one


def number_of_queries(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_looking_writes_nothing(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))
    before = (AuditEntry.objects.count(), RosterImport.objects.values().get())

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        for path in ("", "progress/", "rows/1/", "absent/", "changes/", "take-back/"):
            admin.get(f"/imports/{roster.pk}/{path}")

    assert (AuditEntry.objects.count(), RosterImport.objects.values().get()) == before
