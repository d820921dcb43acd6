"""Scenes of 完成率设置 for the audit matrix: everything filled in, and what the preview asks to confirm."""

from reports.tests.import_scenes import Scene

FILLED_IN = {
    "year": "2026",
    "basis": "own",
    "weight_particulars": "2",
    "weight_numbers": "1",
    "weight_people": "1",
    "weight_cadres": "1",
    "weight_administration": "1",
    "weight_meetings": "1",
    "care_from": "80",
    "busy_from": "90",
    "ranks": "on",
    "ranks_by": "局团发〔2026〕3 号",
}
CONFIRMED = {"confirmed": "2026:own:2-1-1-1-1-1:80:90:局团发〔2026〕3 号"}


def scene_of_scheme(world, by):
    return Scene(site="bureau", data=FILLED_IN | CONFIRMED)
