"""An authority, two leaders with keys, and the PDF that they sign; made once, because keys take their time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property

from asn1crypto import crl, pem, x509
from cryptography.hazmat.primitives.serialization import Encoding

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
    def padding_begins(self):
        """Where the placeholder of the signature is nothing but the zeros that were left over."""
        start = self.signed_once.index(b"/Contents <") + len(b"/Contents <")
        end = self.signed_once.index(b">", start)
        return start + len(self.signed_once[start:end].rstrip(b"0"))

    @property
    def root(self):
        return certificate(self.authority.root)

    def trust(self, *lists):
        return Trust((self.root,), tuple(lists))

    def list_of(self, revoked=(), *, until=NOW + 30 * DAY):
        made = self.authority.revocation_list(revoked, at=NOW - DAY, until=until)
        return crl.CertificateList.load(pem.unarmor(made)[2])

    def signed(self, pdf=None, *, field=PARTY, holder=None, at=NOW, **rest):
        return sign_pdf(pdf or self.base, field=field, holder=holder or self.party, root=self.root, at=at, **rest)


def certificate(holder):
    return x509.Certificate.load(holder.certificate.public_bytes(Encoding.DER))


def page(*words):
    made = OfficialPdf(subject="自查报告")
    for each in words:
        made.text(each)
    return with_fields(made.content(), (PARTY, ADMIN))


@cache
def desk():
    authority = Authority.begin(at=NOW, name="湖北数字证书测试机构")
    return Desk(
        authority,
        authority.certify("何诚航", since=NOW - DAY),
        authority.certify("康莹蕾", since=NOW - DAY),
        page("岭川大学自查报告", "共核查案件 2 件。"),
    )
