"""Sign a PDF with a key that lies on this machine: in demonstrations and drills, and for trying the verification.

An office signs with its own key and software and hands the PDF in; what is
signed here goes the same way in and is verified like any other.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import crl, keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from casework.reports.signing.apart import apart
from casework.reports.signing.authority import Holder


class _SignerAt(PdfSigner):
    """pyHanko's signer by our clock: a demonstration lives in a time of its own."""

    at: datetime

    def init_signing_session(self, *given: Any, **named: Any) -> PdfSigningSession:
        """Return the session, begun at our moment."""
        session = super().init_signing_session(*given, **named)
        session.system_time = self.at
        return session


def sign_pdf(
    pdf: bytes,
    *,
    field: str,
    holder: Holder,
    root: x509.Certificate,
    at: datetime,
    digest: str = "sha256",
    time_stamps: Holder | None = None,
    lists: Sequence[crl.CertificateList] = (),
    chain: Sequence[x509.Certificate] = (),
) -> bytes:
    """Return the PDF with one signature more, in the field of this name: PAdES B-B.

    With `time_stamps` and revocation `lists` it carries what later proof needs: PAdES B-LT. `chain`: the authorities
    between the holder and the root.
    """
    lasting = time_stamps is not None and bool(lists)
    context = ValidationContext(
        trust_roots=[root],
        crls=[each.dump() for each in lists],
        allow_fetching=False,
        moment=at,
    )
    meta = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=digest,
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=lasting,
        validation_context=context if lasting else None,
        signer_key_usage={"digital_signature"},
    )
    stamper = DummyTimeStamper(_certificate(time_stamps), _key(time_stamps), fixed_dt=at) if time_stamps else None
    signer = _SignerAt(
        meta,
        SimpleSigner(_certificate(holder), _key(holder), SimpleCertificateStore.from_certs(chain)),
        timestamper=stamper,
    )
    signer.at = at
    target = io.BytesIO()
    apart(signer.sign_pdf, IncrementalPdfFileWriter(io.BytesIO(pdf)), output=target)
    return target.getvalue()


def _certificate(holder: Holder) -> x509.Certificate:
    return x509.Certificate.load(holder.certificate.public_bytes(Encoding.DER))


def _key(holder: Holder) -> keys.PrivateKeyInfo:
    der = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return keys.PrivateKeyInfo.load(der)
