"""Whom this installation trusts to say who holds a key, and what is wrong with a certificate.

Roots and revocation lists lie as files in one folder (`trust/`): an office puts
there the roots of its certificate authority and, where it has them, the lists.
Nothing is fetched from anywhere. The authority of the demonstration bears a mark
in its name and is believed in a demonstration only.
"""

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


def certificate_fault(certificate: x509.Certificate, *, trust: Trust, at: datetime) -> Fault | None:
    """Return what is wrong with a signer's certificate at a moment, or None; its chain is walked elsewhere."""
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
    for each in trust.lists_of(certificate.issuer):
        entry = next(
            (row for row in _revoked(each) if row["user_certificate"].native == certificate.serial_number), None
        )
        if entry is not None and entry["revocation_date"].native <= at:
            return Fault(
                "certificate_revoked",
                N_("“%(subject)s”的证书已于 %(on)s 吊销，签名没有保存。请用有效的证书重新签署。"),
                shown | {"on": _day(entry["revocation_date"].native)},
            )
    return None


def list_fault(certificate: x509.Certificate, *, trust: Trust, at: datetime) -> Fault | None:
    """Return that the revocation list at hand is out of date, or None; where there is none, none is asked for."""
    lists = trust.lists_of(certificate.issuer)
    ends = [each["tbs_cert_list"]["next_update"].native for each in lists]
    if not lists or any(end is None or end >= at for end in ends):
        return None
    return Fault(
        "revocation_list_outdated",
        N_("证书吊销名单已于 %(on)s 过期，无法判断“%(subject)s”的证书是否有效，签名没有保存。请系统管理员更新名单。"),
        {"subject": common_name(certificate), "on": _day(max(ends))},
    )


def names_person(certificate: x509.Certificate, name: str, *, where: str = COMMON_NAME) -> bool:
    """Say whether the certificate was given to somebody of this name."""
    words = common_name(certificate) if where == COMMON_NAME else certificate.subject.human_friendly
    return bool(name.strip()) and name.strip() in words


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
    found = name.native.get("common_name", "")
    return "、".join(found) if isinstance(found, list) else str(found or name.human_friendly)


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
