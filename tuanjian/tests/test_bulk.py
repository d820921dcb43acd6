import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from tuanjian.bulk import insert_rows, reserve_ids, reserve_ids_of, take_stock, update_rows

with isolate_apps("tuanjian"):

    class Group(models.Model):
        name = models.CharField(max_length=20)

        class Meta:
            app_label = "bulk"

        def __str__(self):
            return self.name

    class Person(models.Model):
        name = models.CharField(max_length=50, unique=True)
        group = models.ForeignKey(Group, models.PROTECT, null=True, db_constraint=False)
        born_on = models.DateField(null=True)
        seen_at = models.DateTimeField(null=True)
        calls_at = models.TimeField(null=True)
        paid = models.DecimalField(max_digits=8, decimal_places=2, null=True)
        is_here = models.BooleanField(null=True)
        height = models.IntegerField(null=True)
        facts = models.JSONField(default=dict)
        photo = models.BinaryField(null=True)

        class Meta:
            app_label = "bulk"

        def __str__(self):
            return self.name


@pytest.fixture(autouse=True, scope="module")
def tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Group)
            editor.create_model(Person)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Person)
            editor.delete_model(Group)


@pytest.mark.django_db
def test_insert_rows_writes_every_kind_of_value_as_the_model_reads_it():
    columns = ["name", "group", "born_on", "seen_at", "calls_at", "paid", "is_here", "height", "facts", "photo"]
    seen_at = dt.datetime(2026, 11, 21, 4, 0, 0, 123456, tzinfo=dt.UTC)
    facts = {"党": ["\\N", "a\tb\n", None]}
    full = ("甲", 7, dt.date(2001, 7, 4), seen_at, dt.time(8, 30), Decimal("12.50"), False, -3, facts, b"\x00\\\t\xff")
    empty = ("乙", *[None] * 7, {}, None)

    assert insert_rows(Person, columns, [full, empty]) == 2

    read = [(*row[:-1], row[-1] and bytes(row[-1])) for row in Person.objects.order_by("-height").values_list(*columns)]
    assert sorted(read, key=lambda row: row[0]) == sorted([full, empty], key=lambda row: row[0])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["\\N", "\\.", "a\tb", "a\nb\r\nc", "\\\\n", "'; DROP TABLE x; --", "%s", "𫖯", " ", ""]
)
def test_insert_rows_keeps_text_letter_for_letter(name):
    insert_rows(Person, ["name", "facts"], [(name, {})])

    assert Person.objects.get().name == name


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts", [{}, [], {"党": {"\\N": "a\tb\r\n\\"}}, [[], {}, 1, 0.5, True, None, "\u2028"], "文\\", 7, False]
)
def test_insert_rows_keeps_json_as_it_is_beside_other_json(facts):
    insert_rows(Person, ["name", "facts"], [("甲", facts), ("乙", {}), ("丙", [1])])

    assert dict(Person.objects.values_list("name", "facts")) == {"甲": facts, "乙": {}, "丙": [1]}


@pytest.mark.django_db
def test_insert_rows_takes_choices_and_texts_beside_nothing():
    class Colour(models.TextChoices):
        RED = "r\\ed", "红"
        BLUE = "blue", "蓝"

    people = [("甲", 1, None), (Colour.RED, None, None), ("\\N", 2, dt.date(2001, 7, 4)), (Colour.BLUE, 3, None)]

    insert_rows(Person, ["name", "height", "born_on", "facts"], [(*person, {}) for person in people])

    assert sorted(Person.objects.values_list("name", "height", "born_on")) == [
        ("\\N", 2, dt.date(2001, 7, 4)),
        ("blue", 3, None),
        ("r\\ed", None, None),
        ("甲", 1, None),
    ]


@pytest.mark.django_db
def test_insert_rows_takes_more_than_one_chunk_from_a_generator():
    rows = ((f"人{number}", {}) for number in range(12_001))

    assert insert_rows(Person, ["name", "facts"], rows) == 12_001

    assert Person.objects.count() == 12_001


@pytest.mark.django_db
def test_insert_rows_takes_a_table_with_values_as_they_are():
    assert insert_rows("bulk_group", ["name"], [("甲",), ("乙",)]) == 2

    assert sorted(Group.objects.values_list("name", flat=True)) == ["乙", "甲"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_error_leaves_nothing_behind():
    rows = [("甲", {}), ("乙", {}), ("甲", {})]

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Person, ["name", "facts"], rows)

    assert Person.objects.count() == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    "act",
    [
        lambda: insert_rows(Person, ["name", "facts"], [("甲", {})]),
        lambda: update_rows(Person, "id", ["name"], [(1, "甲")]),
        lambda: reserve_ids(Person, 1),
    ],
)
def test_outside_a_transaction_nothing_is_written(act):
    with pytest.raises(RuntimeError, match="transaction"):
        act()

    assert Person.objects.count() == 0


@pytest.mark.django_db
def test_rows_of_another_length_and_unknown_columns_are_errors():
    with pytest.raises(ValueError, match="zip"):
        insert_rows(Person, ["name", "facts"], [("甲",)])
    with pytest.raises(KeyError):
        insert_rows(Person, ["nickname"], [("甲",)])


@pytest.mark.django_db
def test_update_rows_sets_only_the_rows_named():
    people = [Person.objects.create(name=name, height=1) for name in "甲乙丙"]
    born_on = dt.date(2001, 7, 4)

    updated = update_rows(
        Person,
        "id",
        ["name", "born_on", "facts"],
        [
            (people[0].pk, "丁\t", born_on, {"a": 1}),
            (people[2].pk, "丙", None, {}),
            (people[2].pk + 99, "戊", None, {}),
        ],
    )

    assert updated == 2
    assert list(Person.objects.order_by("pk").values_list("name", "born_on", "facts", "height")) == [
        ("丁\t", born_on, {"a": 1}, 1),
        ("乙", None, {}, 1),
        ("丙", None, {}, 1),
    ]


@pytest.mark.django_db
def test_update_rows_can_be_done_twice_in_one_transaction():
    person = Person.objects.create(name="甲")

    update_rows(Person, "name", ["height"], [("甲", 1)])
    update_rows(Person, "name", ["height"], [("甲", 2)])

    person.refresh_from_db()
    assert person.height == 2


@pytest.mark.django_db
def test_update_rows_refuses_a_key_given_twice():
    person = Person.objects.create(name="甲", height=1)

    with pytest.raises(ValueError, match="twice"):
        update_rows(Person, "id", ["height"], [(person.pk, 2), (person.pk, 3)])

    person.refresh_from_db()
    assert person.height == 1


@pytest.mark.django_db
def test_reserved_ids_belong_to_nobody_else():
    before = Person.objects.create(name="甲")

    first = reserve_ids(Person, 3)
    second = reserve_ids(Person, 2)
    insert_rows(Person, ["id", "name", "facts"], [(pk, f"人{pk}", {}) for pk in second])
    after = Person.objects.create(name="乙")

    taken = [before.pk, *first, *second, after.pk]
    assert taken == sorted(set(taken))
    assert reserve_ids(Person, 0) == []


@pytest.mark.django_db
def test_ids_can_be_reserved_for_an_empty_table():
    (first, *_) = reserve_ids(Group, 2)

    assert Group.objects.create(name="甲").pk == first + 2


@pytest.mark.django_db
def test_ids_of_several_models_are_reserved_with_one_statement(django_assert_num_queries):
    before = Person.objects.create(name="甲")
    Group.objects.create(name="一")

    with django_assert_num_queries(1):
        reserved = reserve_ids_of({Person: 2, Group: 3})
    after = Person.objects.create(name="乙"), Group.objects.create(name="二")

    people, groups = reserved[Person], reserved[Group]
    assert (len(people), len(groups)) == (2, 3)
    assert [before.pk, *people, after[0].pk] == sorted({before.pk, *people, after[0].pk})
    assert after[1].pk == groups[-1] + 1 == groups[0] + 3
    assert reserve_ids_of({Person: 0, Group: 1}) == {Person: [], Group: [after[1].pk + 1]}
    assert reserve_ids_of({Person: 0}) == {Person: []}


@pytest.mark.django_db
def test_update_rows_sets_numbers_and_takes_them_away(django_assert_num_queries):
    people = [Person.objects.create(name=name, height=1, group_id=7) for name in "甲乙丙"]

    with django_assert_num_queries(1):
        updated = update_rows(Person, "id", ["height", "group"], [(people[0].pk, 2, None), (people[2].pk, None, None)])
    update_rows(Person, "id", ["born_on"], [(people[0].pk, None)])

    assert updated == 2
    assert list(Person.objects.order_by("pk").values_list("height", "group_id")) == [(2, None), (1, 7), (None, None)]


@pytest.mark.django_db
def test_take_stock_tells_postgresql_of_rows_of_this_transaction():
    insert_rows(Person, ["name", "facts"], [("甲", {}), ("乙", {}), ("丙", {})])

    take_stock(Person)

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Person._meta.db_table])
            assert cursor.fetchone() == (3,)
