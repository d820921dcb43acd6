"""Lists as the other system exports them, and comparisons that have run."""

from members.national_check import keeping
from members.national_check.showing import Asked, rows_asked, shown
from members.tests.rosters import a_file

HEADINGS = ("姓名", "身份证号", "民族", "政治面貌", "文化程度", "入团年月", "手机号码", "邮箱", "现任团内职务")


def a_line(member, **instead):
    """The person as the other system has them."""
    line = {
        "姓名": member.name,
        "身份证号": member.id_number,
        "民族": "汉族",
        "政治面貌": "共青团员",
        "文化程度": "普通本科",
        "入团年月": "2016-05",
        "手机号码": member.phone,
        "邮箱": "",
        "现任团内职务": "",
    } | instead
    return tuple(line[heading] for heading in HEADINGS)


def a_list(*lines, headings=HEADINGS, title="团员"):
    return a_file({title: [headings, *lines]}, name="国家系统.xlsx")


def compared(world, *lines, by=None, organization=None, file=None):
    """A comparison that has run, with the general branch's two members unless told otherwise."""
    file = file or a_list(*lines)
    return keeping.start(file, organization=organization or world.general, by=by or world.general_admin)


def told(comparison, user, **asked):
    """What the result says: outcome, name, differing facts, why, and who could be meant."""
    lines = shown(list(rows_asked(comparison, Asked(**asked), user=user)), user=user)
    return [
        (line.row.outcome, line.row.name, line.pairs, line.why, [person.name for person in line.people])
        for line in lines
    ]
