"""A genuine late hire: one step with a reason and a paper, accepted by somebody else, and the seal says the new value.

The paper stays outside of a dossier that is concluded: two leaders signed what
was in it. Where the case is being worked again, it is evidence like any other.
Asked for before the change is imported it makes the import no drift; asked for
afterwards it answers the question, where it accounts for all of it. What the
seal said before is kept. Callers hold the cases concerned (`drift_queries`).
"""

from collections.abc import Mapping

from sqlalchemy import select

from casework import clock, storage
from casework.cases.drifts import Drift, JustifiedChange, RecordSeal
from casework.cases.facts import conflicted_ids
from casework.cases.models import Case
from casework.cases.registered import registered_value
from casework.cases.sealed_fields import PLAIN, PROOFS, SEAL, change, covers
from casework.config import Settings
from casework.db import db
from casework.errors import N_, Conflict, Forbidden, Invalid
from casework.intake.models import Record
from casework.operations.add_evidence import add_evidence
from casework.operations.permit import permit_case
from casework.operations.seal_case import note_seals, replace_seal
from casework.operations.story import tell
from workflows.access import Actor
from workflows.case import BEING_WORKED, CONCLUDED
from workflows.evidence import EvidenceClass

LONGEST = 200


def justify_drift(
    drift: Drift, *, reason: str, name: str, content: bytes, actor: Actor, settings: Settings
) -> JustifiedChange:
    """Give the reason and the paper for a change that was found; another person decides (`decide_change`).

    Raises `Conflict` when the question is answered or a reason waits already.
    """
    case = drift.asks
    if drift.justified_at is not None:
        raise Conflict(N_("这项变动已经说明并认可，无需再次说明。"), code="already_justified")
    if any(each["field"] == SEAL for each in drift.changes):
        raise Conflict(N_("封存内容与校验值不符，不能按迟到落实说明，请系统管理员核对数据库。"), code="seal_broken")
    return _ask(
        case,
        drift.record,
        tuple(drift.changes),
        drift=drift,
        reason=reason,
        name=name,
        content=content,
        actor=actor,
        settings=settings,
    )


def justify_change(
    case: Case,
    *,
    record: Record,
    values: Mapping[str, str],
    reason: str,
    name: str,
    content: bytes,
    actor: Actor,
    settings: Settings,
) -> JustifiedChange:
    """Give the reason and the paper for a change of a concluded case before it is imported.

    `values` names the sealed fields (`sealed_fields.PLAIN`) that will change, with their new values. Raises `Invalid`
    for fields that are none, or that are sealed so already, `Conflict` for a case that is not concluded.
    """
    permit_case(actor, "case:correct", case)
    if case.state not in CONCLUDED:
        raise Conflict(
            N_("案件 %(number)s 还没有结论，请按登记更正办理。"), code="not_concluded", params={"number": case.number}
        )
    seal = _standing(case, record)
    if seal is None or set(values) - set(PLAIN):
        raise Invalid(N_("请选择本案封存的毕业生和项目，没有保存。"), fields={"values": N_("请从列表中选择。")})
    new = {field: value.strip()[:LONGEST] for field, value in values.items()}
    changes = tuple(
        change(field, str(seal.values[field]), new[field])
        for field in PLAIN
        if field in new and new[field] != seal.values[field]
    )
    if not changes:
        raise Invalid(N_("与封存的值相同，没有保存。"), fields={"values": N_("请填写变动后的值。")})
    return _ask(
        case,
        record,
        changes,
        drift=None,
        reason=reason,
        name=name,
        content=content,
        actor=actor,
        settings=settings,
    )


def decide_change(asked: JustifiedChange, *, accept: bool, actor: Actor) -> None:
    """Accept or refuse a reason; accepted, every seal of the registration that said the old value says the new one.

    Questions that ask of more than was accepted stay open.

    Raises `Conflict` for one that is decided, `Forbidden` for who asked, owns the case or has to keep away from it.
    """
    case = asked.case
    permit_case(actor, "case:accept", case)
    if asked.decided_at is not None:
        raise Conflict(N_("这项说明已经有人认定，没有重复办理。"), code="already_decided")
    if actor.id in {asked.asked_by_id, case.owner_id} or actor.id in conflicted_ids(case):
        raise Forbidden(
            N_("案件 %(number)s 的变动说明须由另一位无关联的复核员认定。"),
            code="not_second_person",
            params={"number": case.number},
        )
    asked.decided_at, asked.decided_by_id, asked.accepted = clock.now(), actor.id, accept
    tell(
        case,
        "justify" if accept else "refuse_justify",
        actor=actor,
        params={"fields": [each["field"] for each in asked.changes]},
        facts={"change": asked.ref, "sha256": asked.file.sha256},
    )
    if accept:
        _move_seals(asked)
        _answer(asked)


def _ask(
    case: Case,
    record: Record,
    changes: tuple[dict[str, str], ...],
    *,
    drift: Drift | None,
    reason: str,
    name: str,
    content: bytes,
    actor: Actor,
    settings: Settings,
) -> JustifiedChange:
    permit_case(actor, "case:correct", case)
    if case.owner_id != actor.id:
        raise Forbidden(
            N_("案件 %(number)s 的变动只能由经办人说明；如需接手，请就业部门负责人改派。"),
            code="not_owner",
            params={"number": case.number},
        )
    if not reason.strip():
        raise Invalid(N_("请写明变动的理由，没有保存。"), fields={"reason": N_("必填。")})
    waiting = select(JustifiedChange.id).filter_by(case_id=case.id, record_id=record.id, decided_at=None)
    if db.session.scalar(waiting.limit(1)) is not None:
        raise Conflict(N_("这项变动已有说明等待认定，没有重复保存。"), code="already_asked")
    asked = JustifiedChange(
        case=case,
        record=record,
        drift=drift,
        changes=list(changes),
        reason=reason.strip(),
        file=_kept(case, record, name=name, content=content, actor=actor, settings=settings),
        file_name=storage.file_name(name),
        asked_by_id=actor.id,
    )
    db.session.add(asked)
    db.session.flush()  # the story names it
    tell(
        case,
        "ask_justify",
        actor=actor,
        params={"fields": [each["field"] for each in changes]},
        words=reason.strip(),
        facts={"change": asked.ref, "sha256": asked.file.sha256},
    )
    return asked


def _kept(
    case: Case, record: Record, *, name: str, content: bytes, actor: Actor, settings: Settings
) -> storage.StoredFile:
    if case.state in BEING_WORKED:
        added = add_evidence(
            case,
            name=name,
            content=content,
            evidence_class=EvidenceClass.ORIGINAL_DOCUMENT,
            actor=actor,
            settings=settings,
            record=record if any(row.record_id == record.id for row in case.records) else None,
        )
        return added.file
    typed = storage.examine(content, name=name, limit=settings.max_upload_bytes)
    return storage.keep(content, media_type=typed.media_type, folder=settings.files_dir)


def _standing(case: Case, record: Record) -> RecordSeal | None:
    wanted = select(RecordSeal).filter_by(case_id=case.id, record_id=record.id, lifted_at=None)
    return db.session.scalars(wanted).one_or_none()


def _move_seals(asked: JustifiedChange) -> None:
    """Move every standing seal of the registration that still says an old value; what is registered now may wait."""
    standing = select(RecordSeal).filter_by(record_id=asked.record_id, lifted_at=None).order_by(RecordSeal.id)
    moved = []
    for seal in db.session.scalars(standing.execution_options(populate_existing=True)).all():
        values, waiting = dict(seal.values), dict(seal.waiting)
        for each in asked.changes:
            field, new = each["field"], each["new"]
            if field == PROOFS:
                values[PROOFS] = sorted({*values[PROOFS], *new.split()})
            elif values[field] == each["old"]:
                values[field] = new
                now = registered_value(asked.record, field)
                waiting = {name: old for name, old in waiting.items() if name != field}
                waiting |= {field: now} if now != new else {}
        if values != seal.values:
            replace_seal(seal, values=values, waiting=waiting)
            moved.append(seal.case)
    note_seals(moved)


def _answer(asked: JustifiedChange) -> None:
    """Answer the questions about the registration of which nothing is left open; the others go on asking."""
    found = select(Drift).filter_by(record_id=asked.record_id, justified_at=None)
    for drift in db.session.scalars(found.execution_options(populate_existing=True)).all():
        if covers(asked.changes, drift.changes):
            drift.justified_at = asked.decided_at
