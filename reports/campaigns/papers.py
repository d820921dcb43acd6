"""The closing report out of the system: on paper and as a workbook, and logged."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterator
from typing import Final

from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import User
from reports.campaigns.results import Report, report_of
from reports.campaigns.sums import Sums
from reports.models import Campaign
from tuanjian.spreadsheets.writing import Column, SheetPlan, Value, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

TITLE = "调度结束报告"
NOT_TOLD_OF: Final = "这次调度的项目与核定人数、人员名册无关，不列应录减少的原因。"
_NUMBER, _PERCENT = "#,##0", "0.0%"


@transaction.atomic
def report_on_paper(campaign: Campaign, *, by: User) -> Report:
    """The report for printing; the log notes it. Refuses what ``results.report_of`` refuses."""
    report = report_of(campaign)
    _record(audit.Kind.PRINTED, report, by, {})
    return report


@transaction.atomic
def report_as_workbook(campaign: Campaign, *, by: User) -> bytes:
    """The report as XLSX: 汇总 by organisation, 项目, 延期与变动.

    The log notes who took it, and the SHA-256 of the file. Refuses what ``results.report_of`` refuses.
    """
    report = report_of(campaign)
    heading = [
        f"{report.closing.short_name}“{campaign.name}”{TITLE}",
        f"单位：{report.closing.full_name}　范围：{campaign.get_scope_display()}　"
        f"统计时点：{_minute(report.on)}　数据截至：{_minute(report.counted_at)}",
    ]
    now = timezone.localtime()
    notes = [
        "；".join(f"{deed.who} {_minute(deed.at)} {deed.what}" for deed in report.deeds) + "。",
        *(
            f"阶段“{each.stage.name}”（{each.stage.on}）计划 {each.point.planned:.1f}%，"
            + ("当天没有保存统计数据。" if each.point.rate is None else f"实际 {each.point.rate:.1f}%。")
            for each in report.reached
        ),
        *([f"{report.changed_in_words}。"] if report.changed else []),
        "补录按截止时的项目计算，准予延期的，延期届满以前算延期内补录。",
        f"补录数据截至 {_minute(report.until)}。按状态分组，组内按组织顺序，不排名次。",
        made_by(by, now),
        f"制表人：{by}　制表日期：{now:%Y-%m-%d}",
    ]
    plan = WorkbookPlan([_summary(report, heading, notes), _items(report, heading), _causes(report, heading)])
    file = io.BytesIO()
    write_workbook(plan, file)
    _record(audit.Kind.EXPORTED, report, by, {"文件 SHA-256": [None, hashlib.sha256(file.getvalue()).hexdigest()]})
    return file.getvalue()


def _record(kind: audit.Kind, report: Report, by: User, more: dict[str, list[str | None]]) -> None:
    changes: dict[str, list[str | int | None]] = {
        "内容": [None, TITLE],
        "组织数": [None, len(report.lines)],
        "截止时缺项": [None, report.deadline.missing],
    }
    audit.record(kind, report.campaign, by=by, at=report.campaign.organization, changes={**changes, **more})


def _summary(report: Report, heading: list[str], notes: list[str]) -> SheetPlan:
    return SheetPlan(
        title="汇总",
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("状态", width=12),
            Column("组织", width=28),
            *(Column(label, width=10, number_format=_NUMBER, wrap=True) for label in ("启动时应录", "启动时已录")),
            *(
                Column(label, width=10, number_format=_NUMBER, wrap=True)
                for label in ("截止时应录", "截止时已录", "截止时按期", "截止时缺项")
            ),
            Column("截止时完成率", width=10, number_format=_PERCENT, wrap=True),
            Column("延期至", width=12),
            *(
                Column(label, width=10, number_format=_NUMBER, wrap=True)
                for label in ("延期截止时缺项", "延期内补录", "截止后补录", report.now_missing)
            ),
        ],
        rows=_summary_rows(report),
        heading_lines=heading,
        notes=notes,
    )


def _summary_rows(report: Report) -> Iterator[list[Value]]:
    rows = report.rows
    for number, row in enumerate(rows, 1):
        yield [
            *(number, f"{row.state.word}（{row.gone}）" if row.gone else row.state.word),
            f"{row.name}（{row.within_in_words}）" if row.within_in_words else row.name,
            *_figures(row.start)[:2],
            *_figures(row.deadline),
            str(row.extension.until_on) if row.extension else None,
            row.extended.missing if row.extended else None,
            *(row.in_extension, row.late, row.now.missing if row.now else None),
        ]
    yield [
        *(None, None, f"合计（{len(rows):,} 个组织）", *_figures(report.start)[:2], *_figures(report.deadline)),
        *(None, None, report.in_extension, report.late, report.now.missing),
    ]


def _figures(sums: Sums | None) -> list[Value]:
    if sums is None:
        return [None] * 5
    return [sums.expected, sums.actual, sums.on_time, sums.missing, "不适用" if sums.rate is None else sums.rate / 100]


def _items(report: Report, heading: list[str]) -> SheetPlan:
    return SheetPlan(
        title="项目",
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("类别", width=16),
            Column("项目", width=30),
            *(
                Column(label, width=10, number_format=_NUMBER, wrap=True)
                for label in ("截止时应录", "截止时已录", "截止时按期", "截止时缺项", report.now_missing)
            ),
        ],
        rows=(
            [number, item.group, item.label, *_figures(item.deadline)[:4], item.now.missing]
            for number, item in enumerate(report.items, 1)
        ),
        heading_lines=heading,
    )


def _causes(report: Report, heading: list[str]) -> SheetPlan:
    rows: list[list[Value]] = [
        [
            *("延期", line.name, f"延期至 {line.extension.until_on}", line.extension.reason),
            *(line.approver, _minute(line.extension.granted_at)),
        ]
        for line in report.extended
        if line.extension is not None
    ]
    rows += [
        ["应录减少", each.organization, each.what, each.source or None, each.who, _minute(each.at)]
        for each in report.lowered or ()
    ]
    return SheetPlan(
        title="延期与变动",
        columns=[
            Column("类别", width=10),
            Column("组织", width=28),
            Column("内容", width=32, wrap=True),
            Column("原因或依据", width=28, wrap=True),
            Column("办理人", width=12),
            Column("时间", width=18),
        ],
        rows=rows,
        heading_lines=heading,
        notes=[
            NOT_TOLD_OF
            if report.lowered is None
            else "应录减少只列核定人数下调和人员离开，不列姓名。" + report.unlisted,
        ],
    )


def _minute(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
