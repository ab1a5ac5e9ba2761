from dataclasses import replace

from casework.screening.rules.denials import DENIAL_RATE
from casework.screening.telling import explain
from tests.casework.screening.rules import small


def _graduates(college, name, counsellor, denying, *, n=30):
    records = [
        small.record(
            f"{college}{name}{i}", college=college, class_name=name, counsellor=counsellor, major_code="080202"
        )
        for i in range(n)
    ]
    answers = [
        {"student_no": row["student_no"], "status": "never_signed" if i < denying else "confirmed"}
        for i, row in enumerate(records)
    ]
    return records, answers


def _frames(*more, silent=()):
    parts = [
        _graduates(f"学院{c}", f"{c}{k}班", f"员{c}{k}", int((c + k) % 5 == 0)) for c in range(6) for k in range(3)
    ]
    parts += more
    answers = [row for _, rows in parts for row in rows]
    return small.frames(
        records=[row for rows, _ in parts for row in rows],
        confirmations=[row | {"status": "unconfirmed"} if row["student_no"] in silent else row for row in answers],
    )


def test_a_class_whose_graduates_deny_is_named_and_its_college_is_not():
    found = small.observed(DENIAL_RATE, _frames(_graduates("学院0", "坏班", "员甲", 8)))
    assert set(found) == {"class:学院0/坏班", "counsellor:学院0/员甲"}
    assert found["class:学院0/坏班"]["k"] == 8


def test_a_counsellor_is_named_whose_classes_are_each_too_quiet():
    classes = [_graduates("学院0", f"班{i}", "员甲", 3, n=20) for i in range(5)]
    found = small.observed(DENIAL_RATE, _frames(*classes))
    assert "counsellor:学院0/员甲" in found
    assert "college:学院0" not in found


def test_the_sentences_never_hold_the_counsellors_name():
    found = small.observed(DENIAL_RATE, _frames(_graduates("学院0", "坏班", "员甲", 8)))
    told = [message % params for message, params in explain("denial_rate", found["counsellor:学院0/员甲"])]
    assert not any("员甲" in sentence for sentence in told)
    assert any("同一名辅导员" in sentence for sentence in told)


def test_who_has_not_answered_is_no_denial_and_is_not_counted():
    silent = {f"学院0坏班{i}" for i in range(8)}
    found = small.observed(DENIAL_RATE, _frames(_graduates("学院0", "坏班", "员甲", 8), silent=silent))
    assert found == {}


def test_a_denial_in_several_answers_counts_once_where_counting_answers_would_accuse():
    records, answers = _graduates("学院0", "坏班", "员甲", 2)
    given = _frames((records, answers * 6))
    assert small.observed(DENIAL_RATE, given) == {}
    naive = replace(
        DENIAL_RATE,
        sql=DENIAL_RATE.sql.replace("bool_or(status = 'never_signed')", "status = 'never_signed'").replace(
            "GROUP BY student_no)", ")"
        ),
    )
    assert small.observed(naive, given)
