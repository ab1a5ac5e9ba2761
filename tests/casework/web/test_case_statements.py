"""A case says that a graduate wrote a statement, and shows the way to it to those alone who may read it."""

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Confirmation
from casework.journal import LOOKS, JournalEntry
from tests.casework.factories import make_case, make_person, make_record, make_round, make_tree

WORDS = "协议上的签名不是我写的。"


def test_a_case_says_that_a_statement_is_sealed_and_who_may_open_it(app, as_person):
    with unit_of_work():
        tree, round_ = make_tree(), make_round()
        record, silent = (make_record(tree.university, round_, college=tree.college, student_no=n) for n in ("1", "2"))
        said = {"status": "NEVER_SIGNED", "confirm_time": clock.now(), "snapshot_on": clock.today()}
        db.session.add(Confirmation(record_id=record.id, words=WORDS, **said))
        db.session.add(Confirmation(record_id=silent.id, **said))
        owner = make_person("investigator", tree.university)
        given = {"college_id": tree.college.id, "owner": owner}
        case = make_case(tree.university, round_, records=[record, silent], **given)
        plain = make_case(tree.university, round_, records=[silent], **given)
        where, other, way = (
            f"/cases/{case.number}",
            f"/cases/{plain.number}",
            f"/cases/{case.number}/people/{record.ref}",
        )
        opens = (owner, make_person("supervisor", tree.university))
        shut = (make_person("investigator", tree.college), make_person("auditor", tree.university))
    for people, told in ((opens, (False, True)), (shut, (True, False))):
        for person in people:
            shown = as_person(person).get(where).text
            statements = shown.partition('id="statements"')[2].partition("</section>")[0]
            assert ("有1份封存的陈述，只有" in statements, way in statements) == told
            assert WORDS not in shown
            assert 'id="statements"' not in as_person(person).get(other).text
    assert WORDS in as_person(owner).post(way, data={"reason": "核实本人陈述"}).text
    assert db.session.query(JournalEntry).filter_by(chain=LOOKS, action="person:unmask").count() == 1
