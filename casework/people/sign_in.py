"""What a sign-in leaves in the database: the session, the second factors, and what must not be used twice.

Nothing here lets anybody in by itself: of a session and of a recovery code only
the hash is kept, the secret of one-time codes is sealed, and of a passkey the
server never has more than the public half.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, db, new_ref
from casework.people.models import Person
from casework.sealing import SealedText

TOTP, PASSKEY = "totp", "passkey"


class SignIn(db.Model):
    """A session: begun by `how` (password, passkey, oidc, cas), with `second` where a second factor was given.

    `hash` is SHA-256 of what the cookie holds; it changes with each proof, so that an earlier copy of the cookie is
    worth nothing. `place` is a part of the network, never an address.
    """

    __tablename__ = "sign_ins"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    epoch: Mapped[int]
    how: Mapped[Code]
    second: Mapped[Code] = mapped_column(default="")
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    proved_at: Mapped[datetime] = mapped_column(default=clock.now)
    must_enrol: Mapped[bool] = mapped_column(default=False)
    place: Mapped[Code] = mapped_column(default="")
    device: Mapped[Code] = mapped_column(default="")
    person: Mapped[Person] = relationship()


class Authenticator(db.Model):
    """A second factor of a person: an app that makes one-time codes, or a passkey. Unconfirmed ones count for nothing.

    `counter` is what must only grow: the time step of the last code that was taken, or the count that a passkey told
    last. A passkey that tells a smaller one has been copied.
    """

    __tablename__ = "authenticators"
    __table_args__ = (Index("ix_authenticators_person_id_kind", "person_id", "kind"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[Code]
    name: Mapped[str] = mapped_column(default="")
    secret: Mapped[str | None] = mapped_column(SealedText("authenticator.secret"))
    credential: Mapped[str | None] = mapped_column(String(1400), unique=True)  # 1,023 bytes at most, in base64url
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    counter: Mapped[int] = mapped_column(BigInteger, default=0)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


class RecoveryCode(db.Model):
    """One of ten codes that stand for a lost second factor, once each; the keyed hash alone is kept."""

    __tablename__ = "recovery_codes"

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    hash: Mapped[Code] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class UnknownLogin(db.Model):
    """An account that does not exist and was tried: it waits as one that does, so that nobody learns which is which."""

    __tablename__ = "unknown_logins"

    hash: Mapped[Code] = mapped_column(unique=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    tried_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class SpentChallenge(db.Model):
    """A challenge to a passkey that was answered, rightly or wrongly: it is never taken again."""

    __tablename__ = "spent_challenges"

    hash: Mapped[str] = mapped_column(String(64), unique=True)
    spent_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
