"""The text for the chat group about a draw: how it came out, what is wrong most, where something is left to mend."""

from __future__ import annotations

from reports.campaigns.reminding import MOST_NAMES, moment_in_words
from reports.spot_checks.results import Rates, Result, State, Wrong

_RATES = (("真实率", "real_rate"), ("准确率", "right_rate"), ("完整率", "present_rate"))


def chat_text(result: Result) -> str:
    """What was found, by fact and by organisation; no person is named. "" while nobody has looked at anything."""
    check, total = result.check, result.total
    if not total.checked:
        return ""
    rates = "，".join(f"{word} {rate:.1f}%" for word, name in _RATES if (rate := getattr(total, name)) is not None)
    lines = [
        f"【{check.organization}】{check.name}",
        f"截至 {moment_in_words(result.counted_at)}，抽中 {total.drawn:,} 条，已查 {total.checked:,} 条，{rates}。",
    ]
    if found := _found(total, result.facts):
        lines.append(f"查出的问题：{'；'.join(found)}。")
    mending = [row for band in result.bands if band.state == State.MENDING for row in band.rows]
    if mending:
        lines.append(f"以下 {len(mending)} 个组织有待整改的记录，请抓紧按档案改正：")
        lines += [f"{row.name}：{row.rates.to_mend:,} 条" for row in mending[:MOST_NAMES]]
        if len(mending) > MOST_NAMES:
            lines.append(f"其余 {len(mending) - MOST_NAMES} 个组织见系统“随机抽查”页面。")
        lines.append("登录后在“待办事项”里点“去整改”，改好资料再写明整改情况。")
    return "\n".join(lines)


def _found(total: Rates, facts: list[Wrong]) -> list[str]:
    """The most frequent first: what is common is what everybody is to heed."""
    unreal = [f"记录不真实 {total.unreal:,} 条"] if total.unreal else []
    often = sorted(facts, key=lambda each: -(each.wrong + each.missing))
    return [*unreal, *(f"{each.label}{_in_words(each)}" for each in often)]


def _in_words(each: Wrong) -> str:
    counted = (("不一致", each.wrong), ("缺漏", each.missing))
    return "、".join(f"{word} {number:,} 项" for word, number in counted if number)
