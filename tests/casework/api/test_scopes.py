"""What a token may be used for: every operation of the API asks for one scope, and says which when it is missing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.api import RESOURCES
from casework.api.scopes import CHANGES, needed_for
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.api_tokens import make_token
from casework.people.models import ApiToken
from tests.casework import factories
from tests.casework.api.conftest import Caller
from workflows.access import SYSTEM
from workflows.token_scopes import SCOPES


def test_every_part_of_the_api_has_a_scope_and_every_row_is_a_part():
    assert set(CHANGES) == {resource.tag for resource in RESOURCES}
    assert set(CHANGES.values()) | {"read"} == set(SCOPES)
    assert needed_for("cases", changes=False) == "read"
    assert needed_for("leads", changes=False) == needed_for("leads", changes=True) == "leads"


@pytest.fixture
def with_scopes(world):
    with unit_of_work():
        person = factories.make_person("supervisor", world.tree.university)

    def made(*scopes):
        with unit_of_work():
            return Caller(world.client, person, make_token(person, name="test", actor=SYSTEM, scopes=scopes))

    return made


@pytest.mark.parametrize(
    ("held", "method", "path", "refused"),
    [
        ("read", "GET", "/cases", None),
        ("cases", "GET", "/cases", "查看"),
        ("read", "GET", "/leads", "查看和办理线索"),
        ("read", "POST", "/messages/read", "本人设置"),
        ("settings", "POST", "/messages/read", None),
        ("read", "POST", "/reports", "自查报告与备案"),
        ("read", "POST", "/samples", "筛查与抽样"),
        ("read", "GET", "/events", "办理案件"),
    ],
)
def test_what_a_token_was_not_meant_for_is_refused_with_the_name_of_the_scope(with_scopes, held, method, path, refused):
    answer = with_scopes(held).ask(method, path)
    if refused is None:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json["code"]) == (403, "token_scope")
    assert refused in answer.json["detail"]


def test_a_scope_gives_no_right_that_its_person_has_not(with_scopes):
    answer = with_scopes(*SCOPES).get("/leads/LC24-L0001")
    assert answer.status_code in {403, 404}
    assert answer.json["code"] != "token_scope"


def test_the_use_of_a_token_is_written_down_once_a_minute_and_without_the_whole_address(with_scopes):
    caller, seen = with_scopes("read"), []
    start = clock.now()
    for after in (0, 59, 61):
        with clock.stopped_at(start + timedelta(seconds=after)):
            caller.get("/me", status=200)
        db.session.rollback()
        seen.append(db.session.scalars(select(ApiToken)).one().used_at)
    assert [(moment - start).total_seconds() for moment in seen] == [0, 0, 61]
    assert db.session.scalars(select(ApiToken)).one().used_from == "127.0.0.0/24"
