"""Whom this installation trusts to say who holds a key, and what is wrong with a certificate.

Roots and revocation lists lie as files in one folder (`trust/`): an office puts
there the roots of its certificate authority and, where it has them, the lists.
Nothing is fetched from anywhere. The authority of the demonstration bears a mark
in its name and is believed in a demonstration only.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import crl, pem, x509

from casework import clock
from casework.config import Settings
from casework.errors import N_, Unavailable

DEMO_MARK = "演示用，不具法律效力"
"""Stands in the name of the demonstration's authority; outside a demonstration nobody may rely on it."""
COMMON_NAME, SUBJECT = "common_name", "subject"
OF_A_PERSON = (COMMON_NAME, "name", "surname", "given_name", "pseudonym", "user_id")
"""What of a subject may bear a person's name; the others name bodies and places."""
_DOTS = re.compile("[\u2022\u2027\u2219\u22c5\u30fb.]")
_IN_A_NAME = r"[^\W\d_]|·"
STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})


@dataclass(frozen=True)
class Trust:
    """The roots that are believed and the revocation lists at hand."""

    roots: tuple[x509.Certificate, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()

    def lists_of(self, issuer: x509.Name) -> tuple[crl.CertificateList, ...]:
        """Return the revocation lists that this issuer gave."""
        return tuple(each for each in self.lists if each.issuer == issuer)


@dataclass(frozen=True)
class Fault:
    """Why a signature does not stand: a code for programs, a sentence, what it names."""

    code: str
    message: str
    params: dict[str, object]


def trust_of(settings: Settings) -> Trust:
    """Return what this installation trusts; raise `Unavailable` naming a file that cannot be read."""
    folders = [settings.trust_dir, *([settings.demo_authority_dir] if settings.demo else [])]
    roots, lists = [], []
    for path in sorted(each for folder in folders if folder.is_dir() for each in folder.iterdir()):
        if path.suffix in {".pem", ".crt", ".cer"}:
            roots += [x509.Certificate.load(der) for der in _blocks(path, "CERTIFICATE")]
        if path.suffix == ".crl":
            lists += [crl.CertificateList.load(der) for der in _blocks(path, "X509 CRL")]
    believed = [root for root in roots if settings.demo or not is_demonstration(root.subject)]
    return Trust(tuple(believed), tuple(lists))


def is_demonstration(name: x509.Name) -> bool:
    """Say whether this name is of the demonstration's authority."""
    return DEMO_MARK in name.human_friendly


def validity_fault(certificate: x509.Certificate, *, at: datetime) -> Fault | None:
    """Return that a signer's certificate does not hold at a moment, or None; its chain is walked elsewhere."""
    shown: dict[str, object] = {"subject": common_name(certificate)}
    if at > certificate.not_valid_after:
        return Fault(
            "certificate_expired",
            N_("“%(subject)s”的证书已于 %(on)s 到期，签名没有保存。请更新证书后重新签署。"),
            shown | {"on": _day(certificate.not_valid_after)},
        )
    if at < certificate.not_valid_before:
        return Fault(
            "certificate_not_yet_valid",
            N_("“%(subject)s”的证书自 %(on)s 起才有效，签名没有保存。请核对证书和签署所用电脑的时间。"),
            shown | {"on": _day(certificate.not_valid_before)},
        )
    return None


def revocation_fault(certificate: x509.Certificate, *, trust: Trust, at: datetime) -> Fault | None:
    """Return that the lists at hand take the certificate back, or are out of date; without a list none is asked for.

    Asked of the signer's certificate and of each authority's above it, each by the lists of its own issuer.
    """
    lists = trust.lists_of(certificate.issuer)
    for each in lists:
        entry = next(
            (row for row in _revoked(each) if row["user_certificate"].native == certificate.serial_number), None
        )
        if entry is not None and entry["revocation_date"].native <= at:
            return Fault(
                "certificate_revoked",
                N_("“%(subject)s”的证书已于 %(on)s 吊销，签名没有保存。请用有效的证书重新签署。"),
                {"subject": common_name(certificate), "on": _day(entry["revocation_date"].native)},
            )
    ends = [each["tbs_cert_list"]["next_update"].native for each in lists]
    if not lists or any(end is None or end >= at for end in ends):
        return None
    return Fault(
        "revocation_list_outdated",
        N_("“%(issuer)s”的吊销名单已于 %(on)s 过期，无法判断“%(subject)s”的证书是否有效，没有保存。请系统管理员更新。"),
        {"subject": common_name(certificate), "issuer": _common(certificate.issuer), "on": _day(max(ends))},
    )


def names_person(certificate: x509.Certificate, name: str, *, where: str = COMMON_NAME) -> bool:
    """Say whether the certificate was given to somebody of this name: a whole name, no part of a longer one.

    Other words may stand beside it (CERT@何诚航@01); what names a body or a place is never read.
    """
    wanted = _spelt(name)
    if not wanted:
        return False
    whole = re.compile(rf"(?<!{_IN_A_NAME}){re.escape(wanted)}(?!{_IN_A_NAME})")
    places = (COMMON_NAME,) if where == COMMON_NAME else OF_A_PERSON
    found = {place: _texts(certificate.subject, place) for place in places}
    in_parts = [f"{family}{given}" for family in found.get("surname", ()) for given in found.get("given_name", ())]
    return any(whole.search(_spelt(text)) for text in [*in_parts, *(each for row in found.values() for each in row)])


def same_key(one: x509.Certificate, other: x509.Certificate) -> bool:
    """Say whether two certificates are one, or were given for one key."""
    if (one.issuer, one.serial_number) == (other.issuer, other.serial_number):
        return True
    return bool(one.public_key.dump() == other.public_key.dump())


def common_name(certificate: x509.Certificate) -> str:
    """Return the name of the holder as the certificate says it."""
    return _common(certificate.subject)


def facts_of_certificate(certificate: x509.Certificate) -> dict[str, str]:
    """Return what is kept of a certificate: subject, issuer, serial, not_after."""
    return {
        "subject": common_name(certificate),
        "issuer": _common(certificate.issuer),
        "serial": f"{certificate.serial_number:x}",
        "not_after": certificate.not_valid_after.isoformat(timespec="seconds"),
    }


def _common(name: x509.Name) -> str:
    return "、".join(_texts(name, COMMON_NAME)) or str(name.human_friendly)


def _texts(name: x509.Name, place: str) -> list[str]:
    found = name.native.get(place) or []
    return [str(each) for each in (found if isinstance(found, list) else [found])]


def _spelt(name: str) -> str:
    """Return a name in one spelling: full width and half width, and the many dots inside a name, are the same."""
    return _DOTS.sub("·", unicodedata.normalize("NFKC", name).strip())


def _revoked(each: crl.CertificateList) -> Sequence[crl.RevokedCertificate]:
    rows = each["tbs_cert_list"]["revoked_certificates"]
    return () if rows.native is None else rows


def _day(at: datetime) -> str:
    return at.astimezone(clock.BEIJING).date().isoformat()


def _blocks(path: Path, wanted: str) -> list[bytes]:
    try:
        content = path.read_bytes()
        if not pem.detect(content):
            return [content]
        return [der for kind, _, der in pem.unarmor(content, multiple=True) if kind == wanted]
    except (OSError, ValueError) as fault:
        raise Unavailable(
            N_("受信任证书文件 %(path)s 无法读取，不能核验签名。请系统管理员检查该文件。"),
            code="trust_unreadable",
            params={"path": path.name},
        ) from fault
