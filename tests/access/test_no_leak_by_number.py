"""What somebody may not see changes no byte of anything that they get: no list, count, export, feed or digest.

Every address without a thing in it is read by everybody, then things come into being
that some of them may not see, and everything is read again under the same clock.
"""

import os
import re
from datetime import UTC, date, datetime

import pytest

from casework import asking, clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Message
from casework.operations.agenda import agenda
from casework.operations.digest import digest
from casework.people.models import Person
from casework.people.reach import reach_of
from casework.web.calendar_feed import written
from tests.access.hidden import hidden, may_not_notice, signed_only
from tests.access.table import OPEN, all_rows
from tests.access.visits import make_visits, nothing_kept
from tests.architecture.test_exits import BARE, MARKED

MONDAY = datetime(2024, 7, 29, 4, 0, tzinfo=UTC)
CHANGING = re.compile(
    rb'(name="csrf_token" value|name="csrf-token" content|nonce)="[^"]*"|"csrf[^"]*":\s*"[^"]*"|'
    + "导出编号[0-9a-z]{12}|用时[0-9.]+秒".encode()
)
"""What is another one each time: tokens of forms, the reference of an export, how long the journal was walked."""
NAMED = frozenset({None, "service", "organisation", "query:organisation", "place", "round"})
EXPORTS = frozenset(
    {"web.events", "web.audit_file", "web.campaign_file", "web.filing_package", "api_oversight.make_upload_package"}
)
"""Files that are asked for with a form, those of one thing too; `test_every_file…` finds one that is missing here."""
NOT_OF_LISTS = {
    "web.subject_file": "what is held about one person, found by their number; its own tests try who gets it",
}
SEARCHES = ("LC", "X", "20202210001")
SHARED = int(os.environ.get("ACCESS", "99")) > 1
AT_ONCE = 5 if SHARED else 999
"""About so many people read everything for each thing that comes into being, some on one database and some on
the other; `make access` asks everybody on both."""


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


@pytest.fixture
def visits(app, settings):
    with clock.stopped_at(MONDAY):
        yield make_visits(app, settings)


def lists():
    """Return the rows that name no thing, or a body alone: what they show is found by the reader's rights."""
    return [
        row
        for row in all_rows()
        if row.endpoint in EXPORTS or (row.method == "GET" and row.of in NAMED and row.needs != (OPEN,))
    ]


def has_exit(visits, row):
    """Say whether the file in which a row is answered hands out files at all, as the list of exits has it."""
    view = visits.app.view_functions[row.endpoint]
    return f"{view.__module__.replace('.', '/')}.py" in MARKED.keys() | BARE.keys()


def read(visits, name, row):
    answer = visits.call(name, row, *visits.things(row)[:1], dry=True)
    body = CHANGING.sub(b"", answer.get_data())
    answer.close()
    return answer.status_code, answer.headers.get("ETag"), answer.headers.get("Location"), body


def searched(visits, name, words):
    row = next(row for row in all_rows() if row.endpoint == "web.search")
    visits.caller.known["words"] = words
    answer = visits.call(name, row, None, dry=True)
    del visits.caller.known["words"]
    return answer.status_code, CHANGING.sub(b"", answer.get_data())


def everything(visits, name):
    """Return everything that somebody gets without naming a thing."""
    found = {str(row): read(visits, name, row) for row in lists()}
    found |= {f"search {words!r}": searched(visits, name, words) for words in SEARCHES}
    db.session.rollback()
    with visits.app.test_request_context(), asking.standing_for(reach_of(visits.actors[name])):
        person = db.session.get_one(Person, visits.actors[name].id)
        return found | {"calendar": written(agenda(person), visits.app.extensions["casework"])}


def digests(visits):
    """Return the digest of everybody, without the heads of the journal: those count everything, and are meant to."""
    db.session.rollback()
    with nothing_kept(), unit_of_work():
        digest(date(2024, 7, 29))
        said = db.session.query(Message).filter_by(kind="digest").order_by(Message.person_id, Message.channel).all()
        return [(each.person_id, {name: v for name, v in each.params.items() if "head" not in name}) for each in said]


def all_told(visits, names):
    """Return everything that these people get: by name, what it is, and its bytes."""
    for name in names:  # when a token was last used is shown too
        visits.call(name, next(row for row in lists() if row.endpoint == "api_me.read_me"), None, dry=False)
    told = {name: everything(visits, name) for name in names}
    sent = digests(visits)
    return {
        name: got | {"digest": [params for number, params in sent if number == visits.actors[name].id]}
        for name, got in told.items()
    }


def unaware_of(visits, made):
    """Return some of those who may not notice what is made, everybody with `make access`."""
    names = [name for name, actor in visits.actors.items() if may_not_notice(actor, *made.facts)]
    return names[:: max(1, len(names) // AT_ONCE)]


def differences(visits, made, names):
    """Return where somebody gets something else after what is made than before."""
    before = all_told(visits, names)
    with unit_of_work():
        made.make()
    after = all_told(visits, names)
    return [
        f"{name}: {where} tells of {made.what}"
        for name in names
        for where in after[name]
        if after[name][where] != before[name][where]
    ]


def test_what_is_hidden_changes_no_byte_of_what_somebody_gets(visits, share):
    for made in hidden(visits.tried):
        unaware = share.of(unaware_of(visits, made), place=made.what) if SHARED else unaware_of(visits, made)
        assert unaware, made.what
        assert differences(visits, made, unaware) == [], made.what


def test_every_file_that_a_form_asks_for_is_read_before_and_after(visits):
    """Ask by POST all that lies in files with a way out, as people who together may do it: a new one is named above."""
    asked = [row for row in all_rows() if row.method == "POST" and row.needs != (OPEN,) and has_exit(visits, row)]
    sent = set()
    for row in asked:
        thing = next(iter(visits.things(row)), None)
        for name in ("supervisor@own", "auditor@own", "administrator@ministry"):
            answer = visits.call(name, row, thing, dry=True)
            if "attachment" in answer.headers.get("Content-Disposition", ""):
                sent.add(row.endpoint)
            answer.close()
    assert sent - EXPORTS - NOT_OF_LISTS.keys() == set()
    assert sent >= {"web.events", "web.audit_file"}


def test_what_is_signed_and_not_yet_delivered_changes_no_byte_of_what_the_discipline_body_gets(visits):
    made = signed_only(visits.tried)
    assert differences(visits, made, ["discipline_officer@own_discipline"]) == []


def test_whoever_may_see_it_does_get_something_else(visits):
    made = next(iter(hidden(visits.tried)))
    found = differences(visits, made, ["supervisor@beside", "investigator@beside"])
    for where in ("web.queue", "web.cases", "api_cases.list_cases", "web.overdue", "digest", "calendar"):
        assert any(where in line for line in found), where
