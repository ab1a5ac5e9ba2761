"""A certificate authority in a folder: for demonstrations and drills, never for an office.

It is made when a demonstration is loaded, each time anew, so that no private key
is ever shipped. It gives certificates, a revocation list and time stamps, and
its name says that nothing of it has any force in law.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from casework.reports.signing.certificates import DEMO_MARK

NAME = f"岭川示例证书机构（{DEMO_MARK}）"
TIME_STAMPS = f"岭川示例时间戳（{DEMO_MARK}）"
YEARS = timedelta(days=730)
ROOT, LIST, KEYS, TSA = "root.pem", "root.crl", "keys", "time-stamps"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """Somebody's certificate with the key that only they should have."""

    certificate: x509.Certificate
    key: Key

    def pem(self) -> bytes:
        """Return both as one file."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class Authority:
    """An authority: its own certificate and key."""

    root: Holder

    @classmethod
    def begin(cls, *, at: datetime, name: str = NAME) -> "Authority":
        """Return a new authority with a key of its own."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _built(name, name, key, at - timedelta(days=1), at + YEARS, authority=True).sign(key, hashes.SHA256())
        return cls(Holder(made, key))

    def certify(
        self,
        name: str,
        *,
        since: datetime,
        until: datetime | None = None,
        time_stamps: bool = False,
    ) -> Holder:
        """Return a new certificate with its key, for signing documents or, if so wanted, for time stamps."""
        # RSA is what the stamps of drills are made with; the others are made faster
        key: Key = rsa.generate_private_key(65537, 2048) if time_stamps else ec.generate_private_key(ec.SECP256R1())
        issuer = self.root.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        built = _built(name, str(issuer), key, since, until or since + YEARS, authority=False)
        if time_stamps:
            built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return Holder(built.sign(self.root.key, hashes.SHA256()), key)

    def revocation_list(self, revoked: Sequence[tuple[int, datetime]], *, at: datetime, until: datetime) -> bytes:
        """Return the list of what was taken back, serial number and moment, as PEM; it is good until `until`."""
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.certificate.subject)
            .last_update(at)
            .next_update(until)
        )
        for serial, moment in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment).build()
            built = built.add_revoked_certificate(entry)
        return built.sign(self.root.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def found_demonstration(folder: Path, *, names: Sequence[tuple[str, str]], at: datetime) -> None:
    """Make the demonstration's authority in a folder, with a key for each (login, name); what is there stays."""
    if (folder / ROOT).exists():
        return
    (folder / KEYS).mkdir(mode=0o700, parents=True)
    authority = Authority.begin(at=at)
    since = at - timedelta(days=1)
    for login, name in names:
        _keep(folder / KEYS / f"{login}.pem", authority.certify(name, since=since).pem())
    _keep(folder / KEYS / f"{TSA}.pem", authority.certify(TIME_STAMPS, since=since, time_stamps=True).pem())
    _keep(folder / LIST, authority.revocation_list((), at=since, until=at + YEARS))
    _keep(folder / ROOT, authority.root.certificate.public_bytes(Encoding.PEM))


def holder_of(folder: Path, login: str) -> Holder | None:
    """Return the key that the demonstration made for somebody, or None."""
    path = folder / KEYS / f"{login}.pem"
    if not path.is_file():
        return None
    return read_holder(path.read_bytes())


def read_root(folder: Path) -> x509.Certificate:
    """Return the certificate of the demonstration's authority."""
    return x509.load_pem_x509_certificate((folder / ROOT).read_bytes())


def read_holder(content: bytes) -> Holder:
    """Return what `Holder.pem` has written."""
    key = load_pem_private_key(content, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)  # noqa: S101 - told to the type checker: we made it
    return Holder(x509.load_pem_x509_certificate(content), key)


def _built(
    name: str, issuer: str, key: Key, since: datetime, until: datetime, *, authority: bool
) -> x509.CertificateBuilder:
    own, theirs = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer))
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(theirs)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )


def _keep(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
