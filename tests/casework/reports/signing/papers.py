"""An authority, two leaders with keys, and the PDF that they sign; made once, because keys take their time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property

from asn1crypto import crl, pem, x509
from cryptography import x509 as made
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from casework.reports.render.official_pdf import OfficialPdf
from casework.reports.signing.authority import Authority, Holder
from casework.reports.signing.certificates import Trust
from casework.reports.signing.pdf_fields import with_fields
from casework.reports.signing.pdf_signing import sign_pdf

NOW = datetime(2024, 8, 1, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PARTY, ADMIN = "party_leader", "admin_leader"


@dataclass(frozen=True)
class Desk:
    """What a signing needs."""

    authority: Authority
    party: Holder
    admin: Holder
    base: bytes

    @cached_property
    def signed_once(self):
        return self.signed()

    @property
    def root(self):
        return certificate(self.authority.root)

    def trust(self, *lists):
        return Trust((self.root,), tuple(lists))

    def list_of(self, revoked=(), *, until=NOW + 30 * DAY, authority=None):
        listed = (authority or self.authority).revocation_list(revoked, at=NOW - DAY, until=until)
        return crl.CertificateList.load(pem.unarmor(listed)[2])

    def signed(self, pdf=None, *, field=PARTY, holder=None, at=NOW, **rest):
        return sign_pdf(pdf or self.base, field=field, holder=holder or self.party, root=self.root, at=at, **rest)


def certificate(holder):
    return x509.Certificate.load(holder.certificate.public_bytes(Encoding.DER))


def certificate_of(subject, *, key=None):
    """Return a certificate whose subject says this: (attribute, words) each."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    return certificate(Holder(_about(subject, subject, key).sign(key, hashes.SHA256()), key))


def issuing(authority, name="湖北数字证书签发机构"):
    """Return an authority below another; its certificate says where the list of the one above is to be had."""
    key = ec.generate_private_key(ec.SECP256R1())
    above = [("COMMON_NAME", "湖北数字证书测试机构")]
    lists = [made.DistributionPoint([made.UniformResourceIdentifier("http://ca.test/root.crl")], None, None, None)]
    usage = made.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = (
        _about([("COMMON_NAME", name)], above, key)
        .add_extension(made.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(made.CRLDistributionPoints(lists), critical=False)
    )
    return Authority(Holder(built.sign(authority.root.key, hashes.SHA256()), key))


def _about(subject, issuer, key):
    own, theirs = (
        made.Name([made.NameAttribute(getattr(NameOID, place), words) for place, words in each])
        for each in (subject, issuer)
    )
    begun = made.CertificateBuilder().subject_name(own).issuer_name(theirs).public_key(key.public_key())
    return begun.serial_number(made.random_serial_number()).not_valid_before(NOW - DAY).not_valid_after(NOW + 99 * DAY)


def page(*words):
    document = OfficialPdf(subject="自查报告")
    for each in words:
        document.text(each)
    return with_fields(document.content(), (PARTY, ADMIN))


@cache
def desk():
    authority = Authority.begin(at=NOW, name="湖北数字证书测试机构")
    return Desk(
        authority,
        authority.certify("何诚航", since=NOW - DAY),
        authority.certify("康莹蕾", since=NOW - DAY),
        page("岭川大学自查报告", "共核查案件 2 件。"),
    )
