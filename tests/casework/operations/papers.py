"""What is handed in for a signature: the page photographed, the PDF signed, and the way to the confirmation."""

import io
from datetime import timedelta

import pypdfium2

from casework import clock, storage
from casework.operations.download_document import download_document
from casework.operations.hand_in_paper import hand_in_paper
from casework.people.actors import actor_of
from casework.reports.papers import pdf_to_sign
from casework.reports.signing.pdf_signing import sign_pdf
from tests.casework.operations.reporting import sign
from tests.casework.reports.signing.papers import certificate

DAY = timedelta(days=1)


def wants(office, grade):
    office.round_.settings = office.round_.settings | {"signature_grade": grade}


def page_of(report, settings, who):
    made = download_document(report, kind="signature_page", masked=True, actor=actor_of(who), settings=settings)
    return made.content


def picture(pdf, *, keep=1.0, kind="PNG"):
    """Photograph the page; `keep` cuts off what lies to the right."""
    drawn = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    target = io.BytesIO()
    drawn.crop((0, 0, int(drawn.width * keep), drawn.height)).convert("RGB").save(target, kind)
    return target.getvalue()


def hand_in(report, settings, who, content, *, slot="party_leader", name="签字页.png", **rest):
    return hand_in_paper(report, slot=slot, name=name, content=content, actor=actor_of(who), settings=settings, **rest)


def certified_pdf(report, settings, authority, name, *, slot="party_leader", pdf=None, at=None, **validity):
    base = pdf or storage.read(pdf_to_sign(report).file, folder=settings.files_dir)
    since = validity.pop("since", clock.now() - 200 * DAY)
    holder = authority.certify(name, since=since, **validity)
    return sign_pdf(base, field=slot, holder=holder, root=certificate(authority.root), at=at or clock.now())


def give(report, settings, authority, slot, person, **rest):
    """Hand in what the grade asks for, and confirm it."""
    if report.round.settings["signature_grade"] == 2:
        content, name = picture(page_of(report, settings, person)), "签字页.png"
    else:
        content, name = certified_pdf(report, settings, authority, person.name, slot=slot), "签.pdf"
    paper = hand_in(report, settings, person, content, slot=slot, name=name)
    return sign(report, slot, person, paper=paper.ref, **rest)
