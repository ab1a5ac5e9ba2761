"""Dates and settings of a round: looked at first, saved as they were looked at, refused to whom they are not."""

from datetime import date

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import run
from casework.operations import change_dates, promise_look
from casework.promises import Promise
from casework.rounds.models import Round
from tests.casework.factories import make_case, make_tree
from tests.casework.web.town import deadlines, entries, national

DATES = {"on_university": "2024-08-02", "on_province": "2024-08-15", "on_ministry": "2024-08-31"}


def test_the_preview_of_dates_counts_what_moves_and_changes_nothing(town, as_person):
    before = deadlines()
    answer = as_person(town.administrator).post("/admin/rounds/2024/dates", data=DATES | {"reason": "省厅通知"})
    assert answer.status_code == 200
    assert "将影响3件未办结案件" in answer.text
    assert "确认更改期限" in answer.text
    assert national("university") == date(2024, 8, 5)
    assert deadlines() == before
    assert entries("round:dates") == []


def test_saving_moves_exactly_what_the_preview_said(town, as_person):
    answer = as_person(town.administrator).post(
        "/admin/rounds/2024/dates", data=DATES | {"reason": "省厅通知", "step": "save"}
    )
    assert answer.status_code == 303
    assert national("university") == date(2024, 8, 2)
    [entry] = entries("round:dates")
    assert entry.facts["before"] == {"university": "2024-08-05"}
    assert entry.facts["after"] == {"university": "2024-08-02"}
    assert entry.facts["moved"] == 3
    assert len(entries("deadline:move")[-1].facts["moved"]) == 3


@pytest.mark.parametrize(
    ("change", "status"),
    [({"reason": " "}, 422), ({"on_university": "soon"}, 422), ({"on_university": "2024-08-05"}, 409)],
    ids=["no reason", "no date", "nothing new"],
)
def test_dates_are_refused_with_what_was_typed(town, as_person, change, status):
    form = DATES | {"reason": "省厅通知", "step": "save"} | change
    answer = as_person(town.administrator).post("/admin/rounds/2024/dates", data=form)
    assert answer.status_code == status
    assert 'value="2024-08-15"' in answer.text
    assert national("university") == date(2024, 8, 5)


def test_a_university_does_not_move_the_notices_dates_for_others(town, as_person):
    with unit_of_work():
        make_case(make_tree().university, town.round_)
    client = as_person(town.administrator)
    assert "只读" in client.get("/admin/rounds/2024").text
    answer = client.post("/admin/rounds/2024/dates", data=DATES | {"reason": "x", "step": "save"})
    assert answer.status_code == 403
    assert national("university") == date(2024, 8, 5)


@pytest.mark.parametrize(("on", "status"), [("2024-08-01", 303), ("2024-08-06", 422)], ids=["earlier", "later"])
def test_an_own_date_may_only_be_earlier(town, as_person, on, status):
    form = {"own": town.tree.university.code, "on": on, "reason": "学校要求", "step": "save"}
    answer = as_person(town.administrator).post("/admin/rounds/2024/dates", data=form)
    assert answer.status_code == status
    assert national("university") == date(2024, 8, 5)


def settings_form(round_, **changes):
    """Return the form of the settings as the page shows them."""
    given = round_.settings
    form = {
        f"limits.{severity}.{stage}": str(days)
        for severity, row in given["limits"].items()
        for stage, days in row.items()
    }
    form |= {f"internal_targets.{name}": str(days) for name, days in given["internal_targets"].items()}
    form |= {f"quiet_hours.{name}": at for name, at in given["quiet_hours"].items()}
    form |= {f"signatories.{level}": slots for level, slots in given["signatories"].items()}
    form |= {f"recipients.{level}": found for level, found in given["recipients"].items()}
    for part in ("code", "basis", "offset", "audience"):
        form[f"ladder.{part}"] = [str(rung[part]) for rung in given["ladder"]]
    form |= {"signature_grade": "1", "rate_version": "2024", "checklist": "N1.1 N1.2 N1.3 N1.4 N1.5"}
    settled = {"screening": "{}", "version": str(round_.settings_version), "reason": "试行", "step": "save"}
    return form | settled | changes


def test_settings_come_back_from_the_form_as_they_were(town, as_person):
    answer = as_person(town.administrator).post("/admin/rounds/2024/settings", data=settings_form(town.round_))
    assert answer.status_code == 409
    assert "没有改动" in answer.text


def test_the_form_changes_how_reports_are_sealed_and_keeps_what_it_does_not_show(town, as_person):
    kept = {"official_site": "www.example.edu.cn", "local_consequences": ["C11"], "retention_years": 5}
    with unit_of_work():
        town.round_.settings = town.round_.settings | kept
    client, where = as_person(town.administrator), "/admin/rounds/2024/settings"
    unsaid = settings_form(town.round_, digests="sha256", signer_field="common_name")
    assert client.post(where, data=unsaid).status_code == 409  # what holds anyway is no change
    form = settings_form(town.round_, digests="sha256 sm3", signer_field="subject")
    assert client.post(where, data=form).status_code == 303
    found = db.session.scalars(select(Round)).one().settings
    said = {"digests": ["sha256", "sm3"], "signer_field": "subject"}
    assert {name: found[name] for name in kept | said} == kept | said
    text = client.get(where).text
    assert '<option value="sha256 sm3" selected>' in text
    assert '<option value="subject" selected>' in text
    refused = client.post(where, data=settings_form(town.round_, digests="md5", signer_field="title"))
    assert refused.status_code == 422
    assert '<input type="checkbox" name="local_consequences" value="C11" checked>' in text
    for ticked in (["C11", "C13"], []):
        local = {"local_consequences.shown": "1", "local_consequences": ticked}
        form = settings_form(town.round_, digests="sha256 sm3", signer_field="subject", **local)
        assert client.post(where, data=form).status_code == 303
        assert db.session.scalars(select(Round)).one().settings["local_consequences"] == ticked
    back = settings_form(town.round_, digests="sha256", signer_field="common_name")
    assert client.post(where, data=back).status_code == 303
    assert db.session.scalars(select(Round)).one().settings["digests"] == ["sha256"]


def test_a_limit_is_changed_and_journalled(town, as_person):
    form = settings_form(town.round_, **{"limits.low.conclude": "4"})
    assert as_person(town.administrator).post("/admin/rounds/2024/settings", data=form).status_code == 303
    [entry] = entries("round:settings")
    assert entry.facts["after"]["limits"]["low"]["conclude"] == 4
    assert db.session.scalars(select(Round)).one().settings_version == 2


@pytest.mark.parametrize(
    "change",
    [{"limits.low.conclude": "soon"}, {"screening": "{"}, {"quiet_hours.from": "25:00"}, {"reason": ""}],
    ids=lambda change: next(iter(change)),
)
def test_wrong_settings_are_refused_as_a_whole(town, as_person, change):
    form = settings_form(town.round_, **{"limits.high.conclude": "4"} | change)
    answer = as_person(town.administrator).post("/admin/rounds/2024/settings", data=form)
    assert answer.status_code == 422
    assert "没有保存" in answer.text
    assert entries("round:settings") == []


def test_whoever_was_slower_sees_both_settings(town, as_person):
    form = settings_form(town.round_, **{"limits.low.conclude": "4"})
    client = as_person(town.administrator)
    client.post("/admin/rounds/2024/settings", data=form)
    answer = client.post("/admin/rounds/2024/settings", data=form | {"limits.low.conclude": "3"})
    assert answer.status_code == 409
    assert "内容已被他人改动" in answer.text
    assert len(entries("round:settings")) == 1


def test_a_round_is_copied_with_other_dates(town, as_person):
    form = {"code": "2025", "cohort": "2025", "name": "2025届自查"}
    form |= {"on_university": "2025-08-05", "on_province": "2025-08-15", "on_ministry": "2025-08-31"}
    client = as_person(town.administrator)
    assert client.post("/admin/rounds/2024/copy", data=form).status_code == 303
    assert "2025届自查" in client.get("/admin/rounds").text
    again = client.post("/admin/rounds/2024/copy", data=form)
    assert again.status_code == 409
    assert 'value="2025届自查"' in again.text


def test_the_look_at_settings_lists_what_moves_and_changes_nothing(town, as_person):
    before = deadlines()
    form = settings_form(town.round_, **{"limits.low.conclude": "1", "step": ""})
    answer = as_person(town.administrator).post("/admin/rounds/2024/settings", data=form)
    assert answer.status_code == 200
    assert "保存设置" in answer.text
    assert "会移动什么" in answer.text
    assert 'name="limits.low.conclude" value="1"' in answer.text
    assert deadlines() == before
    assert entries("round:settings") == []


def test_everything_that_would_move_is_handed_out_as_a_file(town, as_person):
    form = DATES | {"reason": "省厅通知", "step": "csv"}
    answer = as_person(town.administrator).post("/admin/rounds/2024/dates", data=form)
    assert answer.mimetype == "text/csv"
    assert len(answer.text.splitlines()) == 1 + 3
    assert national("university") == date(2024, 8, 5)


def test_a_large_round_is_looked_at_by_a_job_and_then_confirmed(town, as_person, monkeypatch):
    monkeypatch.setattr(promise_look, "LARGE", 2)
    client, stranger = as_person(town.administrator), as_person(town.investigator)
    answer = client.post("/admin/rounds/2024/dates", data=DATES | {"reason": "省厅通知"})
    assert answer.status_code == 303
    where = answer.headers["Location"]
    assert "正在后台逐件计算" in client.get(where).text
    promised = db.session.scalars(select(Promise).filter_by(name="look_ahead")).one()
    run(promised.ref)
    text = client.get(where).text
    assert "将影响3件未办结案件" in text
    assert 'name="on_university" value="2024-08-02"' in text
    assert len(client.get(f"{where}/all.csv").text.splitlines()) == 1 + 3
    assert stranger.get(where).status_code == 403
    assert national("university") == date(2024, 8, 5)


def test_what_a_job_is_computing_shows_how_far_it_is_and_what_moved(town, as_person, monkeypatch):
    monkeypatch.setattr(change_dates, "LARGE", 2)
    client = as_person(town.administrator)
    answer = client.post("/admin/rounds/2024/dates", data=DATES | {"reason": "省厅通知", "step": "save"})
    where = answer.headers["Location"]
    assert "/moves/" in where
    assert "正在后台分批重新计算" in client.get(where).text
    run(db.session.scalars(select(Promise.ref).filter_by(name="retime_all")).one())
    assert "移动3件" in client.get(where).text
    assert len(entries("deadline:move")[-1].facts["moved"]) == 3
