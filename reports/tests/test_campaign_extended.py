"""延期: what was entered between the common deadline and an own later one; missing then and now work out."""

import datetime as dt
import io

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from branches import freshness, tree
from branches.tests.builders import an_organization
from reports.campaigns import freezing, papers, running
from reports.campaigns.results import report_of
from reports.circulars import word
from reports.models import Campaign, CampaignCount, CircularKind
from reports.tests.campaigning import AFTER, a_campaign, at, enter_particulars, line_of, touch_all
from reports.tests.circulars import a_draft, table_in

UNTIL = dt.date(2026, 12, 2)
WITHIN = AFTER + dt.timedelta(hours=1)
MOMENTS = ("before", "within", "after")
LATER = dt.datetime(2026, 12, 4, 4, 0, tzinfo=dt.UTC)


def put_off(world, organization, **more):
    """A campaign in which one organisation may finish two days later."""
    started = a_campaign(world, items=["founded_on", "last_election_on"], **more)
    target = started.targets.get(organization=organization)
    running.extend(started, target=target, until_on=UNTIL, reason="外业", by=world.bureau_admin)
    with at(AFTER):
        freezing.freeze_due()
    return started


def as_it_stands(campaign):
    return Campaign.objects.get(pk=campaign.pk)


def worked_out(each):
    return each.deadline.missing - each.in_extension - each.late


@pytest.fixture
def extended(world):
    """One entry within the extension, one after it, one late of an organisation without."""
    campaign = put_off(world, world.other_general)
    with at(WITHIN):
        enter_particulars(world.other_branch)
    with at(LATER):
        freezing.freeze_due()
        enter_particulars(world.other_branch, 2)
        enter_particulars(world.branch)
    return campaign


def test_what_is_entered_while_it_lasts_is_not_late(world):
    campaign = put_off(world, world.other_general)
    with at(WITHIN):
        enter_particulars(world.other_branch)
        line = line_of(as_it_stands(campaign), world.other_general)

    assert (line.in_extension, line.late, line.state.word) == (1, 0, "延期中")


def test_entered_within_after_and_missing_are_told_apart(world, extended):
    with at(LATER):
        report = report_of(as_it_stands(extended))

    lines = {line.name: (line.in_extension, line.late, worked_out(line) == line.now.missing) for line in report.lines}
    assert lines == {"测绘院团总支": (0, 1, True), "水文队团总支": (1, 1, True)}
    assert (report.in_extension, report.late, report.changed, report.changed_in_words) == (1, 2, 0, "")


def test_board_report_paper_and_workbook_say_it(world, extended, signed_in):
    client = signed_in(world.bureau_admin)
    with at(LATER):
        client.force_login(world.bureau_admin)
        pages = [
            client.get(f"{extended.get_absolute_url()}{more}").content.decode()
            for more in ("", "report/", "report/print/")
        ]
        running.end(as_it_stands(extended), by=world.bureau_admin)
        book = load_workbook(io.BytesIO(papers.report_as_workbook(as_it_stands(extended), by=world.bureau_admin)))
        closed = client.get(f"{extended.get_absolute_url()}report/").content.decode()

    assert all("延期内补录" in page for page in pages)
    assert "现在还缺" in pages[1]
    assert "现在还缺" not in closed
    assert "结束时还缺" in closed
    said = [cell.value for row in book["汇总"].iter_rows() for cell in row]
    assert {"延期内补录", "截止后补录", "结束时还缺"} <= set(said)
    assert "现在还缺" not in [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    total = next([cell.value for cell in row] for row in book["汇总"].iter_rows() if row[2].value == "合计（2 个组织）")
    missing = total[8]
    assert total[-3:] == [1, 2, missing - 3]


def test_the_circular_says_it_and_marks_who_was_put_off(world, extended):
    with at(LATER):
        circular = a_draft(
            world.bureau,
            by=world.bureau_admin,
            kind=CircularKind.CAMPAIGN,
            on=timezone.localdate(),
            campaign=as_it_stands(extended),
        )

    texts = {part.key: part.text for part in word.text_of(circular)}
    missing = circular.figures["table"]["total"]["missing"]
    assert texts["late"] == f"截至2026年12月4日，延期内补录1项，截止后补录2项，尚缺{missing - 3}项。"
    assert texts["state_open"] == "共2个：测绘院团总支、水文队团总支（准予延期至2026年12月2日）。"
    table = table_in(word.as_word(circular, word.shipped(circular.kind)))
    assert (table[0][-2:], table[-1][-2:]) == (["延期内补录", "截止后补录"], ["1", "2"])
    assert "水文队团总支（准予延期至2026年12月2日）" in [row[0] for row in table]


def test_what_is_asked_more_since_is_said_beside(world, extended):
    with at(LATER):
        freshness.touch([an_organization("航测三室团支部", under=world.general)])
        report = report_of(as_it_stands(extended))
        circular = a_draft(
            world.bureau,
            by=world.bureau_admin,
            kind=CircularKind.CAMPAIGN,
            on=timezone.localdate(),
            campaign=as_it_stands(extended),
        )

    assert (report.changed, report.now.missing) == (2, worked_out(report) + 2)
    assert report.changed_in_words == "截止后应录变动、资料更正使缺项增加 2 项"
    said = next(part.text for part in word.text_of(circular) if part.key == "late")
    assert said == (
        f"截至2026年12月4日，延期内补录1项，截止后补录2项，因应录变动和更正，缺项增加2项，尚缺{report.now.missing}项。"
    )


def test_what_moves_below_during_an_extension_brings_no_entries_along(world):
    alone = an_organization("物探队团支部", under=world.bureau)
    campaign = put_off(world, world.other_general)
    with at(WITHIN):
        enter_particulars(alone, 2)
        tree.move(alone, under=world.other_general, by=None)
        touch_all()
    with at(LATER):
        freezing.freeze_due()
        lines = [line_of(as_it_stands(campaign), each) for each in (world.other_general, alone)]

    assert [(line.in_extension, line.late) for line in lines] == [(0, 0), (0, 2)]


def test_reports_closed_earlier_are_worked_out_of_what_was_kept(world, extended):
    with at(LATER):
        running.end(as_it_stands(extended), by=world.bureau_admin)
        CampaignCount.objects.filter(moment="extension").update(elsewhere={})
        report = report_of(as_it_stands(extended))

    assert (report.in_extension, report.late, worked_out(report)) == (1, 2, report.now.missing)


@pytest.mark.property
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 2), st.sampled_from(["before", "within", "after"])))
)
def test_missing_then_is_entered_within_and_late_and_missing_now(world, entries):
    with transaction.atomic():
        places = [world.general, world.branch, world.sister_branch, world.other_general, world.other_branch]
        started = a_campaign(world, items=["founded_on", "last_election_on"])
        target = started.targets.get(organization=world.other_general)
        running.extend(started, target=target, until_on=UNTIL, reason="外业", by=world.bureau_admin)
        for when, moment in (("before", None), ("within", AFTER), ("after", LATER)):
            with at(moment or timezone.now()):
                freezing.freeze_due()
                for place, number, then in entries:
                    if then == when:
                        enter_particulars(places[place], number)
        with at(LATER):
            report = report_of(as_it_stands(started))

        assert worked_out(report) == report.now.missing
        assert [worked_out(line) for line in report.lines] == [line.now.missing for line in report.lines]
        transaction.set_rollback(True)
