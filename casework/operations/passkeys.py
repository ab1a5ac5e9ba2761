"""Passkeys (WebAuthn): a key that never leaves its device, asked to sign a challenge of ours.

A challenge is signed by us, says what it is for and for whom, holds five minutes
and is spent with the first answer, right or wrong. Origin and relying party come
from the address of this installation, so what a look-alike site has collected is
worth nothing here. A device that counts must count upwards: a smaller number means a
copy, and is refused. With user verification (PIN, finger, face) a passkey is two
factors in one and lets somebody in by itself.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from casework import clock
from casework.config import Settings
from casework.db import db, insert_new
from casework.errors import N_, Invalid
from casework.operations.patience import forget_proofs
from casework.operations.second_factor import factors_of, name_of, note_added, refuse_too_many
from casework.people.long_secrets import hash_of
from casework.people.models import Person
from casework.people.sign_in import PASSKEY, Authenticator, SpentChallenge
from casework.sealing import ring
from workflows.access import Actor

HOLDS = timedelta(minutes=5)
REGISTER, ALONE, SECOND, PROOF = "register", "alone", "second", "proof"
NAME = "去向核查"
LONGEST_ANSWER = 20_000
CONFLICTING = N_("这个通行密钥没有通过验证，没有保存。请重新操作；如再次失败，请换一种方式。")


@dataclass(frozen=True)
class Asked:
    """A question to a device: the options for the browser as JSON, and our own mark that comes back with the answer."""

    options: str
    mark: str


def are_offered(settings: Settings) -> bool:
    """Say whether browsers make passkeys for this address: a name, by TLS, or this machine by its name; no number."""
    parts, host = urlsplit(settings.base_url), _host(settings)
    try:
        ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost"
    return False


def ask_to_register(person: Person, *, settings: Settings) -> Asked:
    """Return the question that makes a new passkey for this person."""
    refuse_too_many(person)
    challenge, mark = _challenge(REGISTER, person, settings)
    options = generate_registration_options(
        rp_id=_host(settings),
        rp_name=NAME,
        user_name=person.login,
        user_display_name=person.login,
        user_id=_handle(person),
        challenge=challenge,
        exclude_credentials=_known(person),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return Asked(options_to_json(options), mark)


def ask_to_prove(purpose: str, person: Person | None, *, settings: Settings) -> Asked:
    """Return the question to a passkey: of one person, or, to come in `alone`, of whoever has one."""
    challenge, mark = _challenge(purpose, person, settings)
    verified = UserVerificationRequirement.REQUIRED if person is None else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=_host(settings),
        challenge=challenge,
        allow_credentials=_known(person) if person else [],
        user_verification=verified,
    )
    return Asked(options_to_json(options), mark)


def register_passkey(
    person: Person, *, answer: str, mark: str, name: str, settings: Settings, actor: Actor
) -> tuple[str, ...]:
    """Keep the public half of a new passkey; return the recovery codes, to be shown once, if it is the first factor.

    Raises `Invalid` for whatever does not hold.
    """
    challenge = _spend(mark, REGISTER, person, settings)
    try:
        verified = verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=_host(settings),
            expected_origin=_origin(settings),
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise Invalid(CONFLICTING, code="passkey_refused") from fault
    credential = bytes_to_base64url(verified.credential_id)
    if db.session.scalar(select(Authenticator.id).filter_by(credential=credential)) is not None:
        raise Invalid(N_("这个通行密钥已经登记过，没有重复保存。"), code="passkey_known")
    row = Authenticator(
        person_id=person.id,
        kind=PASSKEY,
        name=name_of(name, N_("通行密钥")),
        credential=credential,
        public_key=verified.credential_public_key,
        counter=verified.sign_count,
        confirmed_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()  # two windows may register the same one: the second is refused here
    return note_added(person, row, actor=actor)


def check_passkey(purpose: str, person: Person | None, *, answer: str, mark: str, settings: Settings) -> Person | None:
    """Return whose passkey has answered rightly, None when it has not; the challenge is spent in either case.

    Without a person the passkey must have verified its user. Raises `Invalid` for a challenge that is over.
    """
    challenge = _spend(mark, purpose, person, settings)
    row = _row_of(answer)
    if row is None or (person is not None and row.person_id != person.id) or not row.person.active:
        return None
    try:
        verified = verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=_host(settings),
            expected_origin=_origin(settings),
            credential_public_key=row.public_key or b"",
            credential_current_sign_count=row.counter,
            require_user_verification=person is None,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    row.counter, row.used_at = verified.new_sign_count, clock.now()
    forget_proofs(row.person)
    return row.person


def _row_of(answer: str) -> Authenticator | None:
    try:
        credential = _read(answer)["id"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(credential, str):
        return None
    wanted = select(Authenticator).where(
        Authenticator.credential == credential, Authenticator.confirmed_at.is_not(None)
    )
    return db.session.scalars(wanted.with_for_update()).one_or_none()


def _read(answer: str) -> dict:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("longer than any passkey answers")
    read = json.loads(answer)
    if not isinstance(read, dict):
        raise TypeError("not an object")
    return read


def _challenge(purpose: str, person: Person | None, settings: Settings) -> tuple[bytes, str]:
    mark = str(_signer(settings).dumps([purpose, _whose(person), secrets.token_urlsafe(16)]))
    return _challenge_of(mark), mark


def _challenge_of(mark: str) -> bytes:
    return bytes.fromhex(hash_of(mark))


def _spend(mark: str, purpose: str, person: Person | None, settings: Settings) -> bytes:
    over = Invalid(N_("这次验证已经过期，没有通过。请刷新页面后重新操作。"), code="challenge_over")
    try:
        made_for, whose, _ = _signer(settings).loads(mark, max_age=int(HOLDS.total_seconds()))
    except (BadSignature, ValueError, TypeError) as fault:
        raise over from fault
    now = clock.now()
    db.session.execute(delete(SpentChallenge).where(SpentChallenge.spent_at < now - 2 * HOLDS))
    fresh = insert_new(SpentChallenge, keys=["hash"], hash=hash_of(mark), spent_at=now)
    if not fresh or made_for != purpose or whose != _whose(person):
        raise over
    return _challenge_of(mark)


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt="passkey-challenge")


def _whose(person: Person | None) -> str:
    return person.ref if person else ""


def _handle(person: Person) -> bytes:
    return bytes.fromhex(ring().index("passkey_user", person.ref))


def _known(person: Person) -> list[PublicKeyCredentialDescriptor]:
    held = (row.credential for row in factors_of(person) if row.kind == PASSKEY)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in held if each]


def _origin(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(settings: Settings) -> str:
    return urlsplit(settings.base_url).hostname or "localhost"
