"""Sign a report's PDF with the demonstration's own keys, so that the way of the certificates can be walked without one.

In an office nobody's key lies on the server, and this operation refuses.
"""

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding

from casework import clock, storage
from casework.config import Settings
from casework.db import db
from casework.errors import N_, Conflict
from casework.operations.hand_in_paper import hand_in_paper
from casework.operations.permit_report import permit_report
from casework.people.models import Person
from casework.reports.models import Report, SignedPaper
from casework.reports.papers import pdf_to_sign
from casework.reports.signing.authority import TSA, holder_of, read_root
from casework.reports.signing.certificates import trust_of
from casework.reports.signing.pdf_signing import sign_pdf
from workflows.access import Actor

NAME = "演示证书签署.pdf"


def demo_sign(report: Report, *, slot: str, actor: Actor, settings: Settings) -> SignedPaper:
    """Hand in the report's PDF, signed with the actor's demonstration key; it still waits to be confirmed."""
    permit_report(actor, "report:sign", report)
    if not settings.demo:
        raise Conflict(N_("只有演示环境可以使用演示证书；请用本人的证书签署后上传。"), code="no_demonstration")
    folder = settings.demo_authority_dir
    holder = holder_of(folder, db.session.get_one(Person, actor.id).login)
    given_out = pdf_to_sign(report)
    if holder is None or given_out is None:
        raise Conflict(N_("没有您的演示证书，或这份报告没有可供签署的 PDF。"), code="nothing_to_sign")
    root = x509.Certificate.load(read_root(folder).public_bytes(Encoding.DER))
    signed = sign_pdf(
        storage.read(given_out.file, folder=settings.files_dir),
        field=slot,
        holder=holder,
        root=root,
        at=clock.now(),
        time_stamps=holder_of(folder, TSA),
        lists=trust_of(settings).lists_of(root.subject),
    )
    return hand_in_paper(report, slot=slot, name=NAME, content=signed, actor=actor, settings=settings)
