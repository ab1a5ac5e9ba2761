"""Whatever happens in an office, the verifier agrees with the database's truth, and one tampering is found after it."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from casework import clock, journal
from casework.cases.dossier import dossier_hash
from casework.db import db
from casework.filing import held_heads, verify
from casework.filing.whole import file_faults, report_faults
from casework.journal import LOOKS, MAIN, JournalEntry
from casework.operations.report_package import report_package
from casework.people.actors import actor_of
from casework.reports.papers import standing_signatures
from casework.reports.queries import UNFINISHED
from casework.storage import StoredFile, broken
from tests.adversary.deeds import DEEDS, attempt, entries, path_of
from tests.adversary.histories import ACTS, History
from tests.adversary.sampling import WHOLE
from tests.casework.factories import NOON
from tests.support.walls import link_anew, root_anew

LATER = NOON + timedelta(days=366 * 11)
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5)), max_size=8)
# chance alone seldom signs anything: a path to a report stands between what happens before and after
ends = st.sampled_from((
    (), ("freeze",), ("freeze", "sign"), ("freeze", "sign", "refuse", "freeze"),
    ("freeze", "sign", "sign", "send", "receipt", "receipt"), ("freeze", "sign", "sign", "send", "return", "freeze"),
))  # fmt: skip


def enumerated(names):
    """Return acts, each pointing at the next slot or delivery."""
    return [(name, place) for place, name in enumerate(names)]


@pytest.mark.usefixtures("app")
@settings(
    max_examples=200 if WHOLE else 5, deadline=None, derandomize=not WHOLE, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acted=st.builds(lambda *parts: [*parts[0], *enumerated(parts[1]), *parts[2]], acts, ends, acts), data=st.data(),
       erased=st.lists(st.integers(0, 5), max_size=2))  # fmt: skip
def test_after_any_history_everything_agrees_and_one_tampering_is_found(settings, tmp_path, acted, erased, data):
    with clock.stopped_at(NOON):
        history = History(settings)
        for name, which in acted:
            history.act(name, which)
    with clock.stopped_at(LATER):
        for which in erased:
            history.act("erase", which)
        package = pack(history, tmp_path)
    for name, allowed in Counter(history.done):
        event(f"{name} {'done' if allowed else 'refused'}")
    whole_in_the_database(history)
    if package is not None:
        agrees(history, package)
    tampered(history, package, data)
    whole_in_the_database(history)


def pack(history, folder):
    """Return the package of the report as it stands, or nothing while there is none."""
    report = history.report
    if report is None or report.state in UNFINISHED:
        return None
    actor = actor_of(history.office.supervisor)
    made = report_package(report, target=folder / "package.zip", actor=actor, settings=history.settings)
    db.session.rollback()
    return made.path


def whole_in_the_database(history):
    place = history.office.organisation.id
    assert [list(journal.verify(place, chain)) for chain in (MAIN, LOOKS)] == [[], []]
    folder = history.settings.files_dir
    assert [*report_faults(folder), *file_faults(folder), *held_heads.contradictions(history.held)] == []


def agrees(history, package):
    """Compare what the verifier counted and accepted with what the tables say, asked in another way."""
    report, place = history.report, history.office.organisation.id
    held = [verify.Held("hash", head.seq, head.hash) for head in history.held[-1:]]
    result = verify.check_package(package, printed=report.manifest_hash, held=held)
    assert result.findings == []
    dossiers = [line.dossier for line in report.cases]
    [head] = report.manifest["journal_heads"]
    about = [report.manifest["number"], *(dossier["number"] for dossier in dossiers)]
    counted = select(func.count()).select_from(JournalEntry).filter_by(organisation_id=place, chain=MAIN)
    truth = {
        "cases": len(dossiers),
        "evidence": len({item["sha256"] for dossier in dossiers for item in dossier["evidence"]}),
        "entries": db.session.scalar(counted.where(JournalEntry.seq <= head["seq"], JournalEntry.subject.in_(about))),
    }
    truth["signatures"] = len(standing_signatures(report)) if report.state != "frozen" else 0
    assert {name: result.counts[name] for name in truth} == truth
    codes = {each.code for each in result.remarks}
    assert ("signing_not_compared" in codes) == (report.state != "frozen")
    assert [line["hash"] for line in report.manifest["cases"]] == [dossier_hash(dossier) for dossier in dossiers]
    assert {line.case.state for line in report.cases} <= {"corrected", "signed_off", "filed"}


def tampered(history, package, data):
    """Change one thing at random, see it found where it is, and put it back."""
    place = history.office.organisation.id
    chain = entries(place)
    ways = [
        "row",
        *(["file"] if stored() else []),
        *(["chain"] if history.held else []),
        *(["package"] if package else []),
    ]
    way = data.draw(st.sampled_from(ways))
    if way == "row":
        _, deed = data.draw(st.sampled_from(DEEDS))
        seq = data.draw(st.integers(2, len(chain)))
        with attempt() as session:
            for statement in deed(entries(place)[seq - 1]):
                session.execute(statement)
            assert {found.seq for found in journal.verify(place)} & {seq - 1, seq, seq + 1}
    if way == "chain":
        head = history.held[-1]
        seq = data.draw(st.integers(1, head.seq))
        with attempt() as session:
            link_anew(session, place, seq, actor="666")
            root_anew(session, place)
            assert list(journal.verify(place)) == []
            assert head in [each.head for each in held_heads.contradictions(history.held)]
    if way == "file":
        file = data.draw(st.sampled_from(stored()))
        path = path_of(file, history.settings)
        whole = path.read_bytes()
        path.write_bytes(flipped(whole, data))
        assert broken(file, folder=history.settings.files_dir)
        path.write_bytes(whole)
    if way == "package":
        package.write_bytes(flipped(package.read_bytes(), data))
        assert not holds(package, history.report.manifest_hash)


def holds(package, printed):
    try:
        return verify.check_package(package, printed=printed).findings == []
    except verify.Unreadable:
        return False


def stored():
    return list(db.session.scalars(select(StoredFile).order_by(StoredFile.id)))


def flipped(content, data):
    at = data.draw(st.integers(0, len(content) - 1))
    return content[:at] + bytes([content[at] ^ (1 << data.draw(st.integers(0, 7)))]) + content[at + 1 :]
