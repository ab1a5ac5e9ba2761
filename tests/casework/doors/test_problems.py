"""Errors in the reader's language, labels inside sentences too."""

import pytest

from casework.doors.problems import answer_casework, answer_refused, translated
from casework.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unavailable
from casework.web.wording import said
from workflows.engine import Words
from workflows.errors import Refusal, Refused

LANGUAGES = [("zh", "甲、乙"), ("en", "甲, 乙")]


@pytest.mark.parametrize(("language", "joined"), LANGUAGES)
def test_labels_are_joined_as_the_language_does(app, language, joined):
    with app.test_request_context(f"/api/v1/x?lang={language}"):
        said = translated("%(states)s：%(count)d", {"states": Words(("甲", "乙")), "count": 2})
    assert said == f"{joined}：2"


@pytest.mark.parametrize(("language", "joined"), [("zh", "3、4"), ("en", "3, 4")])
def test_a_list_that_was_stored_is_joined_as_one_that_was_not(app, language, joined):
    with app.test_request_context(f"/api/v1/x?lang={language}"):
        assert (translated("%(rows)s", {"rows": ["3", "4"]}), said("%(rows)s", {"rows": ["3", "4"]})) == (joined,) * 2


@pytest.mark.parametrize(
    ("error", "status", "extra"),
    [
        (NotFound("没有 %(code)s", params={"code": "x"}), 404, {"detail": "没有 x"}),
        (Forbidden("不能"), 403, {"code": "forbidden"}),
        (Conflict("不行", code="busy"), 409, {"code": "busy"}),
        (Invalid("有误", fields={"on": "%(n)d 天内"}, params={"n": 3}), 422, {"fields": {"on": "3 天内"}}),
        (Stale("已改", current={"a": 1}, sent={"a": 2}), 412, {"current": {"a": 1}, "sent": {"a": 2}}),
        (Unavailable("不可用"), 503, {"code": "unavailable"}),
    ],
)
def test_each_error_has_its_status_and_its_members(app, error, status, extra):
    with app.test_request_context("/api/v1/x"):
        answer = answer_casework(error)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert extra.items() <= answer.json.items()


def test_every_reason_of_the_rules_is_told(app):
    refused = Refused(Refusal("a", "一"), Refusal("b", "二：%(who)s", {"who": Words(("甲", "乙"))}))
    with app.test_request_context("/api/v1/x"):
        answer = answer_refused(refused)
    assert answer.status_code == 409
    assert answer.json["reasons"] == [{"code": "a", "detail": "一"}, {"code": "b", "detail": "二：甲、乙"}]
