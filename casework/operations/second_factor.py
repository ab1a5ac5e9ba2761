"""The second factor: one-time codes of an app (RFC 6238), and the ten codes for the day the telephone is lost.

A code counts once: the step of time that it belongs to must be later than the last
one taken, told by an UPDATE that names it, so that of two requests with the same
code one fails. A step before and a step after now are taken, as clocks of
telephones differ; the demonstration's own time is no concern of a telephone.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyotp
from sqlalchemy import ColumnElement, delete, func, select, update

from casework import clock
from casework.db import REF_ALPHABET, affected, db
from casework.errors import N_, Conflict, Invalid, NotFound
from casework.operations.announce import announce
from casework.operations.note_account import note_account, office_of
from casework.operations.patience import count_proof, forget_proofs, refuse_waiting
from casework.operations.permit_account import permit_account
from casework.people.models import Person
from casework.people.queries import lock_persons
from casework.people.sign_in import TOTP, Authenticator, RecoveryCode, SignIn
from casework.sealing import ring
from workflows.access import SYSTEM, Actor

STEP, DRIFT = 30, 1
CODES, PIECES, PIECE = 10, 3, 4
RECOVERY = "recovery"
LONGEST_NAME, LONGEST_REASON, MOST_FACTORS = 40, 200, 10
ISSUER = "casework"


@dataclass(frozen=True)
class Begun:
    """An app that is to be set up: its row, the secret to type, and the address that a camera reads."""

    ref: str
    secret: str
    address: str


def factors_of(person: Person) -> Sequence[Authenticator]:
    """Return the second factors of a person that count, oldest first."""
    wanted = select(Authenticator).where(Authenticator.person_id == person.id, Authenticator.confirmed_at.is_not(None))
    return db.session.scalars(wanted.order_by(Authenticator.id)).all()


def codes_left(person: Person) -> int:
    """Count the recovery codes that have not been used."""
    return db.session.scalar(select(func.count()).where(RecoveryCode.person_id == person.id, _unused())) or 0


def begin_totp(person: Person, *, actor: Actor) -> Begun:
    """Make a secret for an app and return it; it counts when the app's first code has been typed."""
    _permit_own(person, actor)
    refuse_too_many(person)
    unconfirmed = Authenticator.person_id == person.id, Authenticator.confirmed_at.is_(None)
    db.session.execute(delete(Authenticator).where(*unconfirmed))
    row = Authenticator(person_id=person.id, kind=TOTP, secret=pyotp.random_base32())
    db.session.add(row)
    db.session.flush()  # its ref names it on the page
    return begun(row, person)


def begun(row: Authenticator, person: Person) -> Begun:
    """Return what the page shows of an app that is being set up."""
    secret = row.secret or ""
    return Begun(row.ref, secret, pyotp.TOTP(secret).provisioning_uri(name=person.login, issuer_name=ISSUER))


def unconfirmed_totp(person: Person, ref: str) -> Authenticator:
    """Return an app of this person that waits for its first code; raise `NotFound` when there is none."""
    wanted = select(Authenticator).filter_by(person_id=person.id, ref=ref, kind=TOTP, confirmed_at=None)
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(N_("这次设置已经失效，没有保存。请重新开始设置。"))
    return found


def confirm_totp(person: Person, *, ref: str, code: str, name: str, actor: Actor) -> tuple[str, ...]:
    """Take the first code of an app; return the recovery codes, to be shown once, if these are the first."""
    _permit_own(person, actor)
    row = unconfirmed_totp(person, ref)
    step = _step_of(row.secret or "", code)
    if step is None:
        raise Invalid(
            N_("验证码不正确，没有保存。请核对手机时间是否准确，输入最新的6位数字。"),
            fields={"code": N_("与应用中显示的不一致。")},
        )
    row.counter, row.confirmed_at, row.name = step, clock.now(), name_of(name, N_("验证器"))
    return note_added(person, row, actor=actor)


def note_added(person: Person, row: Authenticator, *, actor: Actor) -> tuple[str, ...]:
    """Journal and tell a new second factor; return the recovery codes when it is the first."""
    db.session.execute(update(SignIn).where(SignIn.person_id == person.id).values(must_enrol=False))
    say("people:factor_added", person, actor=actor, kind=row.kind)
    return () if codes_left(person) else renew_codes(person, actor=actor)


def renew_codes(person: Person, *, actor: Actor) -> tuple[str, ...]:
    """Make ten new recovery codes and return them, to be shown this once; the earlier ones end."""
    _permit_own(person, actor)
    lock_persons(person.id)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = tuple(_fresh_code() for _ in range(CODES))
    db.session.add_all(RecoveryCode(person_id=person.id, hash=_hash(person, code)) for code in codes)
    note_account(person, "people:recovery_codes", actor=actor)
    return codes


def check_code(person: Person, code: str) -> str:
    """Take a code of an app, or a recovery code; return which it was, or nothing (and count the failure).

    Raises `Forbidden` while the person has to wait.
    """
    lock_persons(person.id)
    refuse_waiting(person.proofs_wait_until)
    kind = TOTP if _takes_totp(person, code) else RECOVERY if _takes_recovery(person, code) else ""
    if kind:
        forget_proofs(person)
    else:
        count_proof(person)
    if kind == RECOVERY:
        say("people:recovery_code_used", person, actor=None)
    return kind


def rename_factor(person: Person, *, ref: str, name: str, actor: Actor) -> None:
    """Give a second factor another name."""
    _permit_own(person, actor)
    _one(person, ref).name = name_of(name, "")


def remove_factor(person: Person, *, ref: str, required: bool, actor: Actor) -> None:
    """Remove a second factor; the last one stays where one is required. With the last, the recovery codes go too."""
    _permit_own(person, actor)
    lock_persons(person.id)
    row = _one(person, ref)
    last = len(factors_of(person)) == 1
    if last and required:
        raise Conflict(N_("您的职责必须使用第二重验证，不能移除最后一种。请先增加另一种。"), code="factor_required")
    db.session.delete(row)
    if last:
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    say("people:factor_removed", person, actor=actor, kind=row.kind)


def reset_second_factor(person: Person, *, reason: str, required: bool, actor: Actor) -> None:
    """Take every second factor from somebody who has lost theirs, end their sessions, and tell them.

    For administrators of the person, never for oneself; `required`: they must set one up at the next sign-in.
    """
    permit_account(person, actor)
    if actor is not SYSTEM and actor.id == person.id:
        raise Conflict(N_("不能重置自己的第二重验证，请由另一位系统管理员办理。"), code="oneself")
    if not reason.strip():
        raise Invalid(N_("请写明重置的原因，没有保存。"), fields={"reason": N_("请填写此项。")})
    db.session.execute(delete(Authenticator).where(Authenticator.person_id == person.id))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    person.session_epoch += 1
    forget_proofs(person)
    personal = {"reason": reason.strip()[:LONGEST_REASON]}
    say("people:factor_reset", person, actor=actor, personal=personal, required=required)


def name_of(given: str, otherwise: str) -> str:
    """Return the name of a second factor, or raise `Invalid` for one that is empty or too long."""
    name = given.strip() or otherwise
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(N_("名称须为1至40个字，没有保存。"), fields={"name": N_("请改用1至40个字。")})
    return name


def say(
    action: str, person: Person, *, actor: Actor | None, personal: Mapping[str, str] | None = None, **facts: object
) -> None:
    """Journal a change of how somebody gets in, and tell them: it may not have been they."""
    note_account(person, action, actor=actor, facts=facts, personal=personal)
    now = clock.now()
    announce(
        "sign_in_changed",
        to=[person],
        params={"at": now.isoformat()},
        dedup=f"person:{person.id}:{action}:{now.timestamp():.6f}",
        organisation_id=office_of(person) or None,
    )


def refuse_too_many(person: Person) -> None:
    """Raise `Conflict` when somebody has as many second factors as one may have."""
    if len(factors_of(person)) >= MOST_FACTORS:
        raise Conflict(N_("最多登记10种第二重验证。请先移除不再使用的。"))


def _takes_totp(person: Person, code: str) -> bool:
    for row in factors_of(person):
        step = _step_of(row.secret or "", code) if row.kind == TOTP else None
        if step is None:
            continue
        fence = update(Authenticator).where(Authenticator.id == row.id, Authenticator.counter < step)
        if affected(fence.values(counter=step, used_at=clock.now())):
            return True
    return False


def _step_of(secret: str, code: str) -> int | None:
    """Return the step of time that a code belongs to, if it is now or a neighbour of now."""
    typed = re.sub(r"\s", "", code)
    if not re.fullmatch("[0-9]{6}", typed):
        return None
    now = int(clock.by_other_clocks().timestamp()) // STEP
    codes = pyotp.TOTP(secret)
    steps = range(now - DRIFT, now + DRIFT + 1)
    return max((step for step in steps if secrets.compare_digest(codes.generate_otp(step), typed)), default=None)


def _takes_recovery(person: Person, code: str) -> bool:
    fence = update(RecoveryCode).where(
        RecoveryCode.person_id == person.id, RecoveryCode.hash == _hash(person, code), _unused()
    )
    return bool(affected(fence.values(used_at=clock.now())))


def _unused() -> ColumnElement[bool]:
    return RecoveryCode.used_at.is_(None)


def _fresh_code() -> str:
    return "-".join("".join(secrets.choice(REF_ALPHABET) for _ in range(PIECE)) for _ in range(PIECES))


def _hash(person: Person, code: str) -> str:
    bare = re.sub(r"[\s-]", "", code.casefold())
    return ring().index("recovery_code", f"{person.id}:{bare}")


def _one(person: Person, ref: str) -> Authenticator:
    found = next((row for row in factors_of(person) if row.ref == ref), None)
    if found is None:
        raise NotFound(N_("没有找到这种验证方式，可能已被移除。"))
    return found


def _permit_own(person: Person, actor: Actor) -> None:
    if actor is not SYSTEM and actor.id != person.id:
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
