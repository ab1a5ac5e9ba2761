"""Verify a PDF that came back signed (PAdES): it is ours, nothing but signatures was added, and each stands.

pyHanko judges the mathematics and the chain. Three things it does not ask are
asked here: that the bytes begin with exactly the file that we gave out, that
what stands between our file and the first signature is a signature and nothing
else (a page changed *before* signing is covered by a valid signature), and that
the signer's clock agrees with ours.
"""

import io
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel, SuspiciousModification
from pyhanko.sign.validation import EmbeddedPdfSignature, SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import (
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from casework import clock
from casework.errors import N_, FileRefused
from casework.reports.signing.apart import apart
from casework.reports.signing.certificates import (
    STRONG,
    Fault,
    Trust,
    common_name,
    facts_of_certificate,
    is_demonstration,
    revocation_fault,
    validity_fault,
)

CLOCKS_DIFFER = timedelta(minutes=5)
PADES = "/ETSI.CAdES.detached"
UNREADABLE = (
    PdfError,
    SignatureValidationError,
    UnsupportedAlgorithm,
    zlib.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What pyHanko says of bytes that it cannot make sense of, in many ways: they come from strangers."""
MAY_SIGN = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


class SignatureRefused(FileRefused):
    """A signed PDF does not stand; nothing of it was stored."""

    code = "signature_refused"


@dataclass(frozen=True)
class PdfSignature:
    """One signature that stands: whose certificate, when by the signer's clock, level of PAdES, name of its field."""

    certificate: x509.Certificate
    signed_at: datetime
    level: str
    field: str

    def facts(self) -> dict[str, str]:
        """Return what is kept of it."""
        return facts_of_certificate(self.certificate) | {"signed_at": self.signed_at.isoformat(timespec="seconds")}


def verify_signed(
    content: bytes, *, base: bytes, trust: Trust, at: datetime, frozen_at: datetime, name: str
) -> tuple[PdfSignature, ...]:
    """Return every signature in the PDF in their order, or raise `SignatureRefused` with the first fault found.

    `base` is the PDF that was given out; `at` is now, by our clock; nobody signs before `frozen_at`.
    """
    if not content.startswith(base):
        raise _refused(
            "another_document",
            N_(
                "文件“%(name)s”签署的不是本报告的 PDF，或原文件已被改写，没有保存。请下载本报告的 PDF，签署后原样上传。"
            ),
            name,
        )
    try:
        reader = PdfFileReader(io.BytesIO(content))
        signatures = [*reader.embedded_regular_signatures]
        if not signatures:
            raise _refused("not_signed", N_("文件“%(name)s”里没有数字签名，没有保存。请用证书签署后再上传。"), name)
        _refuse_altered(reader, base=base, name=name)
        return tuple(_judge(each, reader, trust=trust, at=at, frozen_at=frozen_at, name=name) for each in signatures)
    except UNREADABLE as fault:
        raise _refused(
            "pdf_broken", N_("文件“%(name)s”不是完整的 PDF，或其中的签名已损坏，没有保存。请重新签署后上传。"), name
        ) from fault


def _refuse_altered(reader: PdfFileReader, *, base: bytes, name: str) -> None:
    given_out = PdfFileReader(io.BytesIO(base)).xrefs.total_revisions
    found = DEFAULT_DIFF_POLICY.review_file(reader, given_out - 1)
    if isinstance(found, SuspiciousModification) or found.modification_level > ModificationLevel.FORM_FILLING:
        raise _altered(name)


def _judge(
    signature: EmbeddedPdfSignature,
    reader: PdfFileReader,
    *,
    trust: Trust,
    at: datetime,
    frozen_at: datetime,
    name: str,
) -> PdfSignature:
    certificate = signature.signer_cert
    _refuse_weak(signature, name)
    claimed = signature.self_reported_timestamp
    if claimed is None or claimed.utcoffset() is None:  # without its zone a time may be any of 26 hours
        raise _refused("no_time", N_("文件“%(name)s”的签名没有注明时间，没有保存。请按 PAdES 方式重新签署。"), name)
    climbed, highest = _climb(signature, trust)
    _refuse_fault(
        name,
        _clock_fault(certificate, claimed, at=at, frozen_at=frozen_at),
        _stranger(certificate, highest, trust),
        validity_fault(certificate, at=at),
        *(revocation_fault(each, trust=trust, at=at) for each in (certificate, *climbed)),
    )
    status = _status(signature, trust, at)
    if not (status.intact and status.valid):
        raise _altered(name)
    if status.coverage < SignatureCoverageLevel.ENTIRE_REVISION or not status.docmdp_ok:
        raise _altered(name)
    # once more for the chain that was really found: what comes along may hold two authorities of one name
    found = status.validation_path.iter_certs(include_root=False) if status.validation_path else ()
    _refuse_fault(name, *(revocation_fault(each, trust=trust, at=at) for each in found))
    if not status.trusted:
        raise SignatureRefused(
            N_("“%(subject)s”的证书无法核验到受信任的证书机构，或不能用于签名，签名没有保存。请核对所用证书。"),
            code="certificate_not_trusted",
            params={"subject": common_name(certificate), "name": name},
        )
    level = _level(signature, status, reader, trust=trust, at=at)
    return PdfSignature(certificate, claimed, level, str(signature.field_name))


def _status(signature: EmbeddedPdfSignature, trust: Trust, at: datetime) -> PdfSignatureStatus:
    """Return what pyHanko finds; revocation is asked of a signer whose authority's list is at hand, and of no other.

    What stands above the signer is asked by `revocation_fault`, each by the list of its own issuer, so that an
    authority whose root gave no list does not make every signature below it fall.
    """
    soft = RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
    asked = RevocationCheckingRule.CHECK_IF_DECLARED if trust.lists_of(signature.signer_cert.issuer) else soft
    return apart(
        validate_pdf_signature,
        signature,
        _context(trust, at, RevocationCheckingPolicy(asked, soft)),
        _context(trust, at, RevocationCheckingPolicy(soft, soft)),  # a stamp that is not believed is as none
        key_usage_settings=MAY_SIGN,
    )


def _context(trust: Trust, at: datetime, revocation: RevocationCheckingPolicy) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(trust.roots),
        crls=[each.dump() for each in trust.lists],
        allow_fetching=False,
        moment=at,
        revinfo_policy=CertRevTrustPolicy(revocation),
    )


def _refuse_fault(name: str, *faults: Fault | None) -> None:
    for fault in faults:
        if fault is not None:
            raise SignatureRefused(fault.message, code=fault.code, params=fault.params | {"name": name})


def _refuse_weak(signature: EmbeddedPdfSignature, name: str) -> None:
    used = (signature.md_algorithm, signature.external_md_algorithm)
    weak = next((each for each in used if each not in STRONG), None)
    if weak is not None:
        raise SignatureRefused(
            N_("文件“%(name)s”的签名使用 %(digest)s 摘要算法，强度不够，没有保存。请改用 SHA-256 重新签署。"),
            code="weak_digest",
            params={"name": name, "digest": weak.upper()},
        )
    if signature.sig_object.get("/SubFilter") != PADES:
        raise _refused(
            "not_pades",
            N_("文件“%(name)s”的签名不是 PAdES 格式，没有保存。请在签署软件中选择 PAdES（ETSI.CAdES.detached）。"),
            name,
        )


def _clock_fault(
    certificate: x509.Certificate, claimed: datetime, *, at: datetime, frozen_at: datetime
) -> Fault | None:
    moment = claimed.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M")
    shown = {"subject": common_name(certificate), "moment": moment, "minutes": int(CLOCKS_DIFFER.total_seconds() // 60)}
    if claimed > at + CLOCKS_DIFFER:
        sentence = N_(
            "“%(subject)s”的签名时间 %(moment)s 比现在晚 %(minutes)s 分钟以上，没有保存。请校准电脑时间后重新签署。"
        )
        return Fault("signed_in_future", sentence, shown)
    if claimed < frozen_at - CLOCKS_DIFFER:
        sentence = N_("“%(subject)s”的签名时间 %(moment)s 早于报告定稿，没有保存。请校准签署所用电脑的时间后重新签署。")
        return Fault("signed_before_freeze", sentence, shown)
    return None


def _climb(signature: EmbeddedPdfSignature, trust: Trust) -> tuple[list[x509.Certificate], x509.Name]:
    """Return the authorities that came along, followed by name from the signer up, and who gave the last of them."""
    known = {root.subject.hashable for root in trust.roots}
    others = {each.subject.hashable: each for each in signature.other_embedded_certs}
    issuer, climbed = signature.signer_cert.issuer, dict[str, x509.Certificate]()
    while issuer.hashable not in known and issuer.hashable in others and issuer.hashable not in climbed:
        climbed[issuer.hashable] = others[issuer.hashable]
        issuer = others[issuer.hashable].issuer
    return [*climbed.values()], issuer


def _stranger(certificate: x509.Certificate, issuer: x509.Name, trust: Trust) -> Fault | None:
    """Return that nobody here knows who gave this certificate; `issuer` is the highest whose name could be followed."""
    if issuer.hashable in {root.subject.hashable for root in trust.roots}:
        return None
    shown: dict[str, object] = {"subject": common_name(certificate), "issuer": issuer.native.get("common_name", "")}
    if is_demonstration(issuer):
        sentence = N_("“%(subject)s”的证书由演示用的证书机构签发，不具法律效力，签名没有保存。请使用本单位认可的证书。")
        return Fault("demonstration_certificate", sentence, shown)
    sentence = N_(
        "“%(subject)s”的证书由“%(issuer)s”签发，不在受信任的证书机构之列，签名没有保存。如确属本单位认可的机构，请系统管理员登记其根证书。"
    )
    return Fault("issuer_unknown", sentence, shown)


def _level(
    signature: EmbeddedPdfSignature, status: PdfSignatureStatus, reader: PdfFileReader, *, trust: Trust, at: datetime
) -> str:
    """Return how far the signature carries its own proof: B-B, B-T with a time stamp that stands, B-LT with revocation.

    B-LT: with nothing but what lies in the file, the whole chain of signer and stamp is known not to be revoked.
    """
    if not _stamped(status):
        return "B-B"
    if "/DSS" not in reader.root:
        return "B-T"
    carried = DocumentSecurityStore.read_dss(reader)
    context = carried.as_validation_context(
        {
            "trust_roots": list(trust.roots),
            "allow_fetching": False,
            "moment": at,
            "revinfo_policy": CertRevTrustPolicy(REQUIRE_REVINFO),
        }
    )
    alone = apart(validate_pdf_signature, signature, context, context, key_usage_settings=MAY_SIGN, skip_diff=True)
    return "B-LT" if alone.trusted and _stamped(alone) else "B-T"


def _stamped(status: PdfSignatureStatus) -> bool:
    stamp = status.timestamp_validity
    return stamp is not None and stamp.trusted


def _altered(name: str) -> SignatureRefused:
    return _refused(
        "altered", N_("文件“%(name)s”在签名之外还有改动，签名没有保存。请重新下载本报告的 PDF，签署后原样上传。"), name
    )


def _refused(code: str, message: str, name: str) -> SignatureRefused:
    return SignatureRefused(message, code=code, params={"name": name})
