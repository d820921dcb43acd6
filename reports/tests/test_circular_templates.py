"""The page of templates: one's own handed in, fetched, taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.circulars import word
from reports.models import CircularKind, CircularTemplate
from reports.tests.test_circular_pages import said, shown_form, url


def test_an_own_template(world, signed_in):
    client = signed_in(world.officer)
    path = url("circular_templates", world.bureau)
    shipped = b"".join(client.get(f"{path}file/?kind=entry&shipped=1").streaming_content)
    bad = client.post(path, {"kind": "entry", "file": SimpleUploadedFile("坏.docx", b"PK")})

    taken = client.post(path, {"kind": "entry", "file": SimpleUploadedFile("自用.docx", shipped)}, follow=True)
    kept = b"".join(client.get(f"{path}file/?kind=entry").streaming_content)
    asking = client.get(f"{path}retire/?kind=entry")
    still = CircularTemplate.objects.get().retired_at
    back = client.post(f"{path}retire/", shown_form(asking), follow=True)
    twice = client.post(f"{path}retire/", {"kind": "entry"}, follow=True)

    assert shipped == word.shipped(CircularKind.ENTRY)
    assert bad.context["form"].errors == {"file": ["这不是可以使用的 Word 文件，请另存为 .docx 后再上传。"]}
    assert said(taken) == ["已启用新的模板，以后的通报按它生成。"]
    assert "正在使用 自用.docx，干事" in taken.content.decode()
    assert kept == shipped
    assert "停用“自用.docx”，恢复系统模板？" in asking.content.decode()
    assert still is None
    assert said(back) == ["已恢复系统模板。"]
    assert said(twice) == ["现在用的就是系统模板。"]
    assert CircularTemplate.objects.get().retired_at is not None
    for name in word.VARIABLES[CircularKind.ENTRY]:
        assert f"<code>{name}</code>" in taken.content.decode()


@pytest.mark.parametrize("data", [{}, {"kind": "other"}, {"kind": "entry"}, {"kind": "entry", "template": "0"}])
def test_a_template_is_taken_back_only_as_it_was_asked_about(world, signed_in, data):
    client = signed_in(world.officer)
    path = url("circular_templates", world.bureau)
    client.post(path, {"kind": "entry", "file": SimpleUploadedFile("自用.docx", word.shipped(CircularKind.ENTRY))})

    answer = client.post(f"{path}retire/", data, follow=True)

    assert CircularTemplate.objects.get().retired_at is None
    if "kind" in data and data["kind"] == "entry":
        assert answer.context["form"].errors
    else:
        assert said(answer)[-1] == "没有说明是哪一种通报的模板，请重新选择。"
