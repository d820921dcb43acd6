import pytest
from django.core.exceptions import ValidationError

from branches import tree
from branches.founding import New, add_many, remove_many
from branches.models import AuditEntry, Organization, OrgType, Placement, Touched
from branches.tests.builders import a_user, an_organization


def unsaved(short_name, org_type=OrgType.BRANCH, full_name=None):
    return Organization(full_name=full_name or f"共青团{short_name}", short_name=short_name, org_type=org_type)


def shape():
    rows = Organization.objects.order_by("screen_order")
    return [(row.depth, row.short_name, row.numchild) for row in rows]


def test_a_set_stands_as_if_added_one_by_one(db):
    top = an_organization("局团委")
    an_organization("老支部", under=top)
    general = unsaved("二总支", OrgType.GENERAL_BRANCH)

    add_many([New(unsaved("一支部"), top), New(general, top), New(unsaved("二一支部"), general)], by=None)

    assert shape() == [
        (1, "局团委", 3),
        (2, "老支部", 0),
        (2, "一支部", 0),
        (2, "二总支", 1),
        (3, "二一支部", 0),
    ]
    assert tree.find_problems() == []


def test_a_set_may_hold_the_root_itself(db):
    root, branch = unsaved("厂团委", OrgType.BASE_COMMITTEE), unsaved("车间支部")

    add_many([New(root, None), New(branch, root)], by=None)

    branch.refresh_from_db()
    assert (branch.root_id, tree.find_problems()) == (root.pk, [])


def test_each_leaves_placement_entry_and_touch(db):
    top, by = an_organization("局团委"), a_user()
    Touched.objects.all().delete()

    added = add_many([New(unsaved("一支部"), top), New(unsaved("二支部"), top)], by=by, reason="名册")

    keys = [row.pk for row in added]
    entries = AuditEntry.objects.filter(object_id__in=map(str, keys), actor=by)
    assert [entry.changes for entry in entries.order_by("id")] == [
        {"组织全称": [None, "共青团一支部"]},
        {"组织全称": [None, "共青团二支部"]},
    ]
    assert Placement.objects.filter(organization__in=keys, to_at=None).count() == 2
    assert sorted(Touched.objects.values_list("organization_id", flat=True)) == keys


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (unsaved("一支部", full_name="共青团别的支部"), "已有简称"),
        (unsaved("别的支部", full_name="共青团一支部"), "已有全称"),
    ],
)
def test_names_taken_inside_the_set_are_refused(db, second, sentence):
    top = an_organization("局团委")

    with pytest.raises(ValidationError, match=sentence):
        add_many([New(unsaved("一支部"), top), New(second, top)], by=None)

    assert Organization.objects.count() == 1


def test_names_taken_in_the_tree_and_wrong_types_are_refused(db):
    top = an_organization("局团委")
    branch = an_organization("一支部", under=top)

    for new in (
        New(unsaved("一支部", full_name="共青团新名"), top),
        New(unsaved("新支部", full_name=branch.full_name), top),
        New(unsaved("支部下的支部"), branch),
    ):
        with pytest.raises(ValidationError):
            add_many([new], by=None)

    assert Organization.objects.count() == 2


def test_the_number_of_statements_does_not_grow_with_the_set(db, django_assert_max_num_queries):
    top = an_organization("局团委")

    with django_assert_max_num_queries(30):
        add_many([New(unsaved(f"{number}支部"), top) for number in range(200)], by=None)

    assert Organization.objects.count() == 201


def test_removing_leaves_the_tree_as_before_and_the_log_in_place(db):
    top = an_organization("局团委")
    before = shape()
    general = unsaved("二总支", OrgType.GENERAL_BRANCH)
    added = add_many([New(general, top), New(unsaved("二一支部"), general)], by=None)

    remove_many(added, by=a_user(), reason="撤回导入")

    assert (shape(), tree.find_problems()) == (before, [])
    undone = AuditEntry.objects.filter(kind=AuditEntry.Kind.UNDONE).order_by("id")
    assert [entry.object_label for entry in undone] == ["二一支部", "二总支"]


def test_removing_refuses_what_others_stand_under(db):
    top = an_organization("局团委")
    general = unsaved("二总支", OrgType.GENERAL_BRANCH)
    add_many([New(general, top)], by=None)
    an_organization("后来的支部", under=general)

    with pytest.raises(ValidationError, match="下面还有其他组织"):
        remove_many([general], by=None, reason="撤回导入")
