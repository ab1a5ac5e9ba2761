"""The link in a graduate's mail: looking changes nothing, one click ends reminders, and who it is stays unsaid."""

from sqlalchemy import select

from casework.campaigns.models import GraduateContact
from casework.db import db
from casework.notices.graduates import graduates
from casework.notices.unsubscribe import path_for
from tests.casework.campaigns.august import august
from tests.casework.factories import make_person
from tests.casework.notices.told_wave import begin, gate, reachable

__all__ = ["august"]


def test_a_graduate_is_asked_first_and_a_click_ends_reminders(august, app):
    (record,) = reachable(august, 1)
    link, visitor = path_for(graduates([record.id])[record.id]), app.test_client()
    assert "不再接收提醒？" in visitor.get(link).text
    assert db.session.scalars(select(GraduateContact)).all() == []
    answer = visitor.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "已退订提醒" in answer.text, "dj.ncss.cn" in answer.text) == (200, True, True)
    assert visitor.post(link).status_code == 200
    db.session.rollback()
    assert [(row.channel, row.state) for row in db.session.scalars(select(GraduateContact))] == [("smtp", "opted_out")]
    for personal in (record.name, record.student_no):
        assert personal not in answer.text


def test_an_administrator_sees_a_letter_to_a_graduate_masked(august, as_person):
    told = begin(august, 1)
    gate()
    (message,), record = told.messages(), told.records[0]
    db.session.add(GraduateContact(record_id=record.id, channel="sms", state="opted_out"))
    client = as_person(make_person("administrator", august.university))
    db.session.commit()
    pages = [
        client.get(at).text
        for at in (f"/admin/deliveries/search?login={record.ref}", f"/admin/deliveries/{message.ref}")
    ]
    for text in pages:
        assert "毕业生" in text
        assert record.ref in text
        for personal in (record.student_no, record.name, "13912340000"):
            assert personal not in text
    assert "本人自" in pages[1]
    assert "确认地址可用" not in pages[1]
