"""Where the forms of circulars are handed in from (``test_audit_matrix``)."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from branches.tests.builders import a_grant
from reports.circulars import template_files, word
from reports.tests.circulars import a_draft, an_issued
from reports.tests.import_scenes import Scene


def scene_of_draft(world, by):
    return Scene(args=[a_draft(world.bureau, by=by, on=timezone.localdate()).pk])


def scene_of_issued(world, by):
    a_grant(by, world.general)
    return Scene(args=[an_issued(world.bureau, by=by, on=timezone.localdate()).pk])


def scene_of_own_template(world, by):
    file = SimpleUploadedFile("自用.docx", word.shipped("entry"))
    template_files.hand_in(world.bureau, file, kind="entry", by=by)
    return Scene(args=[world.bureau.pk], query="?kind=entry")


def scene_of_new_template(world, by):
    file = SimpleUploadedFile("自用.docx", word.shipped("entry"))
    return Scene(args=[world.bureau.pk], data={"kind": "entry", "file": file})


SCENES = {
    "reports:circular_new": lambda world, by: Scene(site="general", data={"since": "", "campaign": ""}),
    "reports:circular_edit": lambda world, by: Scene(data={"praised": [], "criticised": []}),
    "reports:circular_issue": scene_of_draft,
    "reports:circular_withdraw": scene_of_issued,
    "reports:circular_receive": scene_of_issued,
    "reports:circular_templates": scene_of_new_template,
    "reports:circular_template_retire": scene_of_own_template,
}
