"""Put a paper on file before it is used: a mandate to sign for an office holder, or one person's two appointments."""

from datetime import date

from casework import clock, journal, storage
from casework.config import Settings
from casework.db import db
from casework.errors import N_, Invalid, NotFound
from casework.operations.permit import permit
from casework.operations.refuse_blank import refuse_blank
from casework.people import queries as people
from casework.people.actors import actor_of, path_of
from casework.people.models import Organisation, Person
from casework.reports.facts import BOTH_OFFICES, DELEGATE
from casework.reports.models import Mandate
from casework.rounds import settings
from casework.rounds.models import Round
from casework.storage import StoredFile
from workflows.access import Actor, permitted
from workflows.access_actors import Role
from workflows.signoff import LONGEST_MANDATE

PRINCIPALS = (Role.PARTY_LEADER, Role.ADMIN_LEADER)


def record_mandate(
    *,
    organisation: Organisation,
    round_: Round,
    slot: str,
    delegate: Person,
    principal: Person,
    valid_from: date,
    valid_to: date,
    document: str,
    reason: str,
    actor: Actor,
    file: StoredFile | None = None,
) -> Mandate:
    """File the mandate of an office holder (`principal`) for a `delegate`; nobody files their own.

    It lasts `signoff.LONGEST_MANDATE` days at most and ends by itself; the delegate is a leader of the same body.
    Raises `Invalid` naming each field that is wrong.
    """
    permit(actor, "report:freeze", organisation=organisation)
    refuse_blank({"document": document, "reason": reason})
    wrong = {}
    if slot not in settings.slots(round_, organisation.kind):
        wrong["slot"] = N_("本轮没有这个签字位。")
    elif principal not in people.holders(slot, organisation.id):
        wrong["principal"] = N_("授权人不是该职务的在任人员。")
    if delegate.id in {principal.id, actor.id}:
        wrong["delegate"] = N_("代签人不能是授权人或登记人本人。")
    elif permitted(actor_of(delegate), "report:sign", organisation_path=path_of(organisation)) is not None:
        wrong["delegate"] = N_("代签人须是本单位的负责同志。")
    if valid_to < valid_from:
        wrong["valid_to"] = N_("截止日期早于开始日期。")
    elif (valid_to - valid_from).days >= LONGEST_MANDATE:
        wrong["valid_to"] = N_("授权期限过长，请按季度登记。")
    if wrong:
        raise Invalid(N_("文件登记有误，没有保存。请按提示修改。"), fields=wrong)
    return _file(
        Mandate(
            organisation_id=organisation.id,
            kind=DELEGATE,
            slot=slot,
            person_id=delegate.id,
            principal_id=principal.id,
            valid_from=valid_from,
            valid_to=valid_to,
            document=document.strip(),
            reason=reason.strip(),
            file_id=file.id if file else None,
            recorded_by_id=actor.id,
        ),
        actor=actor,
    )


def record_both_offices(
    *,
    organisation: Organisation,
    person: Person,
    document: str,
    valid_from: date,
    valid_to: date,
    actor: Actor,
    file: StoredFile | None = None,
) -> Mandate:
    """File the appointment of one person to both offices (一肩挑), who may then sign in two capacities.

    Nobody files their own, and the appointments stand in the system first. Raises `Invalid` naming each wrong field.
    """
    permit(actor, "report:freeze", organisation=organisation)
    refuse_blank({"document": document})
    wrong = {}
    if person.id == actor.id:
        wrong["delegate"] = N_("任职文件不能由本人登记。")
    elif any(person not in people.holders(role, organisation.id) for role in PRINCIPALS):
        wrong["delegate"] = N_("此人在系统中没有同时担任党委和行政主要负责同志，请先由系统管理员登记任职。")
    if valid_to < valid_from:
        wrong["valid_to"] = N_("截止日期早于开始日期。")
    if wrong:
        raise Invalid(N_("文件登记有误，没有保存。请按提示修改。"), fields=wrong)
    return _file(
        Mandate(
            organisation_id=organisation.id,
            kind=BOTH_OFFICES,
            person_id=person.id,
            valid_from=valid_from,
            valid_to=valid_to,
            document=document.strip(),
            file_id=file.id if file else None,
            recorded_by_id=actor.id,
        ),
        actor=actor,
    )


def revoke_mandate(mandate: Mandate, *, actor: Actor) -> Mandate:
    """End a paper; signatures that rest on it stay, and ending it twice changes nothing."""
    permit(actor, "report:freeze", organisation=db.session.get_one(Organisation, mandate.organisation_id))
    if mandate.revoked_at is None:
        mandate.revoked_at = clock.now()
        _say(mandate, "mandate:revoke", actor=actor)
    return mandate


def keep_scan(content: bytes, *, name: str, settings: Settings) -> StoredFile:
    """Keep the scan of a paper that is to be filed; raises `FileRefused` for what is no picture, PDF or document."""
    typed = storage.examine(content, name=name, limit=settings.max_upload_bytes)
    return storage.keep(content, media_type=typed.media_type, folder=settings.files_dir)


def open_mandate(mandate: Mandate, *, actor: Actor, settings: Settings) -> bytes:
    """Return the scan of a paper, for whoever reads the reports it is used for; the look leaves a trace."""
    permit(actor, "report:read", organisation=db.session.get_one(Organisation, mandate.organisation_id))
    if mandate.file is None:
        raise NotFound(N_("这份文件登记时没有附扫描件。"))
    _say(mandate, "mandate:open", actor=actor, chain=journal.LOOKS)
    return storage.read(mandate.file, folder=settings.files_dir)


def _file(mandate: Mandate, *, actor: Actor) -> Mandate:
    db.session.add(mandate)
    db.session.flush()  # its ref names it in the journal
    _say(mandate, "mandate:record", actor=actor)
    return mandate


def _say(mandate: Mandate, action: str, *, actor: Actor, chain: str = journal.MAIN) -> None:
    journal.record(
        organisation_id=mandate.organisation_id,
        action=action,
        actor=str(actor.id),
        subject=mandate.ref,
        facts={
            "kind": mandate.kind,
            "slot": mandate.slot,
            "person": mandate.person_id,
            "principal": mandate.principal_id,
            "valid_from": mandate.valid_from.isoformat(),
            "valid_to": mandate.valid_to.isoformat(),
            "document": mandate.document,
        },
        personal={"reason": mandate.reason} if mandate.reason and chain == journal.MAIN else {},
        chain=chain,
    )
