"""django-import-export on the same people and the same model: its default resource, and one that leaves a history."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from measuring import bureaus, lists, sites
from measuring.bureaus import Bureau, in_one_file

_COLUMNS = (
    *("name", "pinyin", "initials", "gender", "ethnicity", "birth_on", "id_number", "education"),
    *("political_status", "joined_on", "joined_on_is_month", "member_no", "branch", "phone", "work_unit"),
    "league_status",
)


def people_of_bureau(bureau: Bureau) -> bytes:
    """The right members as the default resource wants them: names of columns, codes, keys of branches."""
    from branches.models import Organization
    from members.dictionaries import Education, Ethnicity, PoliticalStatus
    from members.models import LeagueStatus
    from tuanjian import pinyin

    branches = dict(Organization.objects.values_list("full_name", "pk"))
    words = [{label: code for code, label in each.choices} for each in (Ethnicity, Education, PoliticalStatus)]
    lines = []
    for _, name, gender, ethnicity, _, number, *facts in bureau.members[: bureaus.MEMBERS]:
        education, political, joined, member_no, branch, _, phone, unit = facts
        birth = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        status = LeagueStatus.MEMBER if political == "共青团员" else LeagueStatus.RETAINED
        lines.append(
            [
                *(name, pinyin.sort_key(name), pinyin.initials(name), "1" if gender == "男" else "2"),
                *(words[0][ethnicity], birth, number, words[1][education], words[2][political], f"{joined}-01", "1"),
                *(member_no or "", branches[branch], phone, unit, status.value),
            ]
        )
    return in_one_file({"people": [_COLUMNS, *lines]})


def people_of_list(listed: Iterable[lists.Person]) -> bytes:
    """The same for a long list; with its further columns there are twenty."""
    from branches.models import Organization
    from members.dictionaries import Education, Ethnicity
    from members.roster.reading.words import INCOMES
    from tuanjian import pinyin

    branches = dict(Organization.objects.values_list("full_name", "pk"))
    words = [{label: code for code, label in each.choices} for each in (Ethnicity, Education)]
    lines = [
        [
            *(person.name, pinyin.sort_key(person.name), pinyin.initials(person.name)),
            *("1" if int(person.number[16]) % 2 else "2", words[0][person.ethnicity], str(person.birth)),
            *(person.number, words[1][person.education], "03", f"{person.joined}-01", "1", person.member_no),
            *(branches[person.branch], person.phone, person.work_unit, "member", person.email),
            *(INCOMES.find(person.income), person.remark, "0"),
        ]
        for person in listed
    ]
    return in_one_file({"people": [(*_COLUMNS, "email", "income_band", "remark", "birth_on_is_month"), *lines]})


def import_people(content: bytes, *, expected: int, through_the_rule: bool = False) -> tuple[float, float]:
    """Seconds of preview and import by a resource with nothing but its defaults and the two sealed attributes.

    ``through_the_rule`` saves each person by the rule for entering one, which leaves log and history as an import does.
    """
    from import_export.fields import Field
    from import_export.formats.base_formats import XLSX
    from import_export.resources import ModelResource

    from members import records
    from members.models import Member

    user = sites.administrator()

    class People(ModelResource):  # type: ignore[type-arg]
        id_number = Field(attribute="id_number", column_name="id_number")
        phone = Field(attribute="phone", column_name="phone")

        class Meta:
            model = Member

    class Entering(People):
        def do_instance_save(self, instance: Member, is_create: bool = True) -> None:
            records.enter(instance, by=user)

    def load(*, dry_run: bool) -> float:
        start = time.perf_counter()
        # Reading the file belongs to both steps, as in its admin: nothing stays on the server between them.
        dataset: Any = XLSX().create_dataset(content)
        resource = Entering() if through_the_rule else People()
        result = resource.import_data(dataset, dry_run=dry_run, raise_errors=True, use_transactions=True)
        assert result.totals["new"] == expected, result.totals
        return time.perf_counter() - start

    preview, written = load(dry_run=True), load(dry_run=False)
    assert Member.objects.count() == expected
    return preview, written
