"""Somebody with the rights of the database and of the disk changes what is sealed: each change is found and located.

The office is a real one with a signed report. What is tried is undone after each
attempt, so that the whole sweep needs one office; CI takes a sample of it and
`make adversary` all, through the same tests.
"""

import json
from contextlib import contextmanager

import pytest
from sqlalchemy import LargeBinary, delete, select, text, type_coerce, update

from casework import journal
from casework.cases.models import Evidence
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict
from casework.filing import held_heads, verify
from casework.filing.whole import file_faults, report_faults
from casework.operations.advance import advance
from casework.operations.log_verification import log_verification
from casework.operations.report_package import report_package
from casework.people.actors import actor_of
from casework.reports.manifest import manifest_hash
from casework.reports.models import Report, ReportCase, Signature
from casework.sealing import ring
from casework.storage import StoredFile, broken
from tests.adversary.deeds import DEEDS, attempt, entries, path_of
from tests.adversary.sampling import sampled
from tests.casework.factories import make_case
from tests.casework.operations.reporting import attach, make_office, prepare, signed
from tests.support.command_line import command_line
from tests.support.walls import link_anew, root_anew

__all__ = ["command_line"]


@pytest.fixture
def office(app, settings):
    """Return a university with a signed report over a case with evidence, and one that is still open."""
    with unit_of_work():
        office = make_office()
        prepare(office)
        owner = actor_of(office.investigator)
        case = make_case(office.organisation, office.round_, state="investigating", owner=office.investigator)
        attach(case, office, settings)
        log_verification(
            case, method="letter", evidence_class="employer", result="supports", supplied_by="employer", actor=owner
        )
        advance(case, "conclude", actor=owner, conclusion="unfounded", note="复函证实录用")
        advance(case, "accept", actor=actor_of(office.supervisor))
    with unit_of_work():
        signed(office, settings)
    return office


def test_every_row_of_the_journal_that_was_touched_is_found_at_its_place(office):
    place = office.organisation.id
    tried = sampled(range(1, len(entries(place)) + 1), 7)
    assert list(journal.verify(place)) == []
    for name, deed in DEEDS:
        for seq in tried:
            with attempt() as session:
                statements = deed(entries(place)[seq - 1])
                for statement in statements:
                    session.execute(statement)
                found = {each.seq for each in journal.verify(place)}
                assert not statements or found & {seq - 1, seq, seq + 1}, (name, seq)
    assert list(journal.verify(place)) == []


def held_by_recipients(place):
    """Return what left the house: the head on the paper of every frozen report."""
    return [head for head in held_heads.printed_heads() if head.organisation == place]


def test_a_chain_computed_anew_from_any_row_is_found_by_the_heads_that_recipients_hold(office):
    place = office.organisation.id
    held = held_by_recipients(place)
    [printed] = held
    for seq in sampled(range(1, printed.seq + 1), 5):
        with attempt() as session:
            link_anew(session, place, seq, actor="666")
            root_anew(session, place)
            assert list(journal.verify(place)) == []  # whole in itself, so the naive check is content
            assert [each.head for each in held_heads.contradictions(held)] == held, seq
    assert list(held_heads.contradictions(held)) == []


def stored():
    return list(db.session.scalars(select(StoredFile).order_by(StoredFile.id)))


@contextmanager
def written(path, content):
    """Let a file hold something else (None: be gone) for a while."""
    before = path.read_bytes()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    yield
    path.write_bytes(before)


def test_every_flipped_byte_of_every_file_on_disk_is_found(office, settings):
    """Evidence, documents and the manifest lie sealed on disk: there is no byte of them without meaning."""
    unseen = []
    for file in stored():
        path = path_of(file, settings)
        sealed = bytearray(path.read_bytes())
        for at in sampled(range(len(sealed)), 4099):
            sealed[at] ^= 1
            path.write_bytes(sealed)
            if not broken(file, folder=settings.files_dir):
                unseen.append((file.sha256, at))
            sealed[at] ^= 1
        path.write_bytes(sealed)
    assert (unseen, list(file_faults(settings.files_dir))) == ([], [])


def test_a_file_that_is_gone_cut_short_or_exchanged_is_named_with_the_matter_that_rests_on_it(office, settings):
    [number] = [line.case.number for line in db.session.scalars(select(ReportCase))]
    evidence, other = (db.session.scalars(select(Evidence)).one().file, stored()[-1])
    whole, path = path_of(evidence, settings).read_bytes(), path_of(evidence, settings)
    wrong_kind = ring().seal(b"another content", evidence.sha256)  # sealed by whoever holds the keys
    exchanged = path_of(other, settings).read_bytes()
    for content, said in (
        (None, "不在存储中"), (b"", "打不开"), (whole[:-1], "打不开"), (whole[:7], "打不开"), (whole + b"x", "打不开"),
        (exchanged, "打不开"), (wrong_kind, "哈希不符"),
    ):  # fmt: skip
        with written(path, content):
            [fault] = file_faults(settings.files_dir)
            assert said in fault.sentence
            assert (fault.params["sha256"], list(fault.params["matters"])) == (evidence.sha256, [number])
            with pytest.raises(Conflict, match=evidence.sha256):
                packed(office, settings)


def packed(office, settings):
    """Return the package of the only report, or raise; nothing of it is kept in the journal."""
    report = db.session.scalars(select(Report)).one()
    actor, target = actor_of(office.supervisor), settings.data_dir / "package.zip"
    made = report_package(report, target=target, actor=actor, settings=settings)
    db.session.rollback()
    return made.path


def leaves_of(value, path=()):
    """Yield the path of every value in JSON that holds no other."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [leaf for key, part in parts for leaf in leaves_of(part, (*path, key))]
    yield from inner or [path]


def with_change(manifest, path):
    """Return the manifest with another value at this path."""
    copy = json.loads(json.dumps(manifest))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = "另一个值" if place[path[-1]] != "另一个值" else ""
    return copy


def spelt(path):
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def faults(settings):
    return [(fault.sentence, fault.params) for fault in report_faults(settings.files_dir)]


def test_every_field_of_the_manifest_that_was_changed_is_found_at_its_place(office, settings):
    report = db.session.scalars(select(Report)).one()
    manifest, number = report.manifest, report.manifest["number"]
    assert faults(settings) == []
    for path in sampled(list(leaves_of(manifest)), 11):
        with attempt() as session:
            session.execute(update(Report).values(manifest=with_change(manifest, path)))
            [(sentence, params)] = faults(settings)
            assert "清单与其哈希不符" in sentence
            assert params == {"report": number, "place": spelt(path)}


def test_a_report_signed_anew_behind_the_journal_contradicts_its_entry_of_the_freeze(office, settings):
    """Manifest, hash and signatures exchanged together agree with one another: the naive check is content."""
    report = db.session.scalars(select(Report)).one()
    other = with_change(report.manifest, ("frozen_at",))
    with attempt() as session:
        session.execute(update(Report).values(manifest=other, manifest_hash=manifest_hash(other)))
        session.execute(update(Signature).values(manifest_hash=manifest_hash(other)))
        assert {row.manifest_hash for row in session.scalars(select(Signature))} == {manifest_hash(other)}
        assert [sentence for sentence, _ in faults(settings)] == [
            "自查报告 %(report)s 的清单哈希与日志中定稿时所记的不同，可能在定稿后被改动。"
        ]


def sealed_column(column, owner):
    """Return the sealed bytes of a column as they lie in the database."""
    return db.session.scalar(select(type_coerce(column, LargeBinary)).where(owner))


def test_every_flipped_byte_of_dossiers_and_of_what_was_frozen_is_found(office, settings):
    line = db.session.scalars(select(ReportCase)).one()
    report = db.session.scalars(select(Report)).one()
    number = line.case.number
    targets = (
        (ReportCase, ReportCase.dossier, ReportCase.id == line.id, f"案件 {number} 的卷宗与清单不符"),
        (Report, Report.snapshot, Report.id == report.id, "定稿时的内容打不开"),
    )
    for model, column, owner, said in targets:
        whole = sealed_column(column, owner)
        for at in sampled(range(len(whole)), 2053):
            with attempt() as session:
                content = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
                table = model.__table__
                session.execute(
                    text(f"UPDATE {table.name} SET {column.key} = :content").bindparams(content=content)  # noqa: S608
                )
                found = [sentence % params for sentence, params in faults(settings)]
                assert len(found) == 1, at
                assert said in found[0]


def test_a_case_taken_out_of_or_put_back_into_a_report_is_named(office, settings):
    number = db.session.scalars(select(ReportCase)).one().case.number
    rewritten = db.session.scalars(select(ReportCase)).one().dossier | {"verifications": []}
    for statement in (delete(ReportCase), update(ReportCase).values(dossier=rewritten)):
        with attempt() as session:
            session.execute(statement)
            [(sentence, params)] = faults(settings)
            assert ("卷宗与清单不符" in sentence, params["case"]) == (True, number)


def test_the_commands_say_what_the_checks_find_and_fail(office, command_line, settings):
    assert "与定稿时一致" in command_line.done("check")
    assert "每一份都能打开" in command_line.done("check", "files")
    evidence = db.session.scalars(select(Evidence)).one().file
    with written(path_of(evidence, settings), b"x"):
        result = command_line.run("check", "files")
    assert (result.exit_code, evidence.sha256 in result.output) == (1, True)
    with unit_of_work() as session:
        session.execute(update(Report).values(manifest_hash="0" * 64))
    result = command_line.run("check")
    assert (result.exit_code, "清单与其哈希不符" in result.output) == (1, True)


def test_the_package_of_such_an_office_holds_for_a_stranger(office, settings):
    report = db.session.scalars(select(Report)).one()
    held = [verify.Held("hash", head.seq, head.hash) for head in held_by_recipients(office.organisation.id)]
    result = verify.check_package(packed(office, settings), printed=report.manifest_hash, held=held)
    assert result.findings == []
