"""From a filtered list to a form and back; what was not changed is not called saved."""

from members.forms.records import COUNTED
from reports.tests.test_gaps import form_data


def test_the_list_is_carried_along(world, signed_in):
    client = signed_in(world.secretary)

    listed = client.get("/members/?gender=2").content.decode()
    carried = "next=%2Fmembers%2F%3Fgender%3D2"
    url = f"/members/{world.member.pk}/edit/?{carried}"
    answer = client.post(url, form_data(client, url) | {"remark": "备注"})

    assert f"/members/{world.member.pk}/?{carried}" in listed
    assert url in listed
    assert answer.url == "/members/?gender=2"
    assert 'href="/members/?gender=2"' in client.get(f"/members/{world.member.pk}/?{carried}").content.decode()


def test_nothing_changed_is_said(world, signed_in):
    client = signed_in(world.general_admin)
    member, organization = f"/members/{world.member.pk}/edit/", f"/organizations/{world.branch.pk}/edit/"
    rename = f"/organizations/{world.branch.pk}/rename/"
    names = {"full_name": world.branch.full_name, "short_name": world.branch.short_name, "reason": "核对"}

    pages = [
        client.post(member, form_data(client, member), follow=True),
        client.post(organization, form_data(client, organization) | {"branch_kind": "ordinary"}, follow=True),
        client.post(rename, names, follow=True),
    ]

    said = [[str(message) for message in page.context["messages"]] for page in pages]
    assert said == [["没有改动，白雨桐的资料与原来相同。"], *[["没有改动，与原来相同。"]] * 2]


def test_facts_that_are_counted_are_marked(world, signed_in):
    page = signed_in(world.secretary).get("/members/new/")

    form = page.context["form"]
    assert [name for name, field in form.fields.items() if field.help_text == COUNTED] == ["education"]


def test_the_tree_beside_the_youth_counts_youth(world, signed_in):
    from members.tests.builders import a_young_person

    a_young_person(branch=world.branch)
    client = signed_in(world.bureau_admin)

    def number(path):
        return client.get(path).context["outline"][0].count

    assert (number("/members/"), number("/youth/")) == (3, 4)
    below = client.get(f"/members/outline/{world.general.pk}/?of=youth").context["nodes"]
    assert [node.count for node in below] == [2, 1]


def test_tabs_say_which_level_they_count(world, signed_in):
    client = signed_in(world.bureau_admin)

    above, branch = (client.get(each.get_absolute_url()).content.decode() for each in (world.bureau, world.branch))

    assert all(f">{word}" in above for word in ("直接下级 2", "全部团员 3", "本级团干部 0", "全部活动"))
    assert f'href="/activities/?organization={world.branch.pk}">活动</a>' in branch
