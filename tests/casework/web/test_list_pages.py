"""The lists of cases stay cheap: numbers end at a limit that is said, and nothing is asked twice."""

import pytest
from sqlalchemy import event

from casework.cases import queries
from casework.db import db
from casework.overview import desk as lists
from casework.web import wording


@pytest.fixture
def sent():
    statements = []

    def listen(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    yield statements
    event.remove(db.engine, "before_cursor_execute", listen)


@pytest.mark.parametrize("where", ["/queue", "/cases"])
def test_a_number_beyond_what_was_counted_says_that_there_are_more(desk, as_person, monkeypatch, where):
    for room in (queries, lists, wording):
        monkeypatch.setattr(room, "COUNTED_AT_MOST", 2)
    assert "1+" in as_person(desk.investigator).get(where).text


@pytest.mark.parametrize("where", ["/queue", "/cases"])
def test_the_open_rounds_are_asked_for_once(desk, as_person, sent, where):
    browser = as_person(desk.investigator)
    sent.clear()
    assert browser.get(where).status_code == 200
    assert len([each for each in sent if "FROM rounds" in each and "closed_at IS NULL" in each]) == 1


def test_the_list_of_all_cases_counts_nothing_without_a_limit(desk, as_person, sent):
    browser = as_person(desk.supervisor)
    sent.clear()
    browser.get("/cases")
    counting = [each for each in sent if "count(" in each and "cases" in each and "case_id" not in each]
    assert counting
    assert [each for each in counting if "LIMIT" not in each] == []


def test_the_filter_offers_every_rule(desk, as_person):
    text = as_person(desk.investigator).get("/cases").text
    assert "graduate_denies" in text
    assert "proof_reused" in text
