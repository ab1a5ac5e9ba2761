"""Verify what was signed with a certificate, when it is handed in and once more when its signer confirms it.

Between the two a certificate may be revoked, or the other leader may have signed.
"""

from collections.abc import Sequence

from casework import clock, storage
from casework.config import Settings
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.people import queries as people
from casework.people.models import Person
from casework.reports.facts import signing_of, slot_names
from casework.reports.models import Report
from casework.reports.papers import pdf_to_sign, standing_signatures
from casework.reports.queries import number_of
from casework.reports.signing.certificates import common_name, names_person, same_key, trust_of
from casework.reports.signing.pdf_signatures import PdfSignature, SignatureRefused, verify_signed
from casework.reports.signing.scans import PDF, marks_on
from casework.rounds import settings as round_settings
from workflows.engine import Words


def verify_pdf(
    report: Report,
    *,
    slot: str,
    name: str,
    content: bytes,
    media_type: str,
    settings: Settings,
    signer: Person | None = None,
) -> PdfSignature:
    """Return the one new signature in the PDF: it stands, and names the `signer`, or anybody who may fill the slot."""
    if media_type != PDF:
        raise SignatureRefused(
            N_("文件“%(name)s”不是 PDF，没有保存。请上传用证书签署的 PDF。"), code="not_a_pdf", params={"name": name}
        )
    given_out = pdf_to_sign(report)
    if given_out is None or report.frozen_at is None:
        raise Conflict(
            N_("自查报告 %(report)s 没有可供签署的 PDF，没有保存；请重新定稿。"),
            code="nothing_to_sign",
            params={"report": number_of(report)},
        )
    try:
        found = verify_signed(
            content,
            base=storage.read(given_out.file, folder=settings.files_dir),
            trust=trust_of(settings),
            at=clock.now(),
            frozen_at=report.frozen_at,
            name=name,
        )
    except SignatureRefused as refused:
        if refused.code == "another_document":
            _name_the_other(report, content, name)
        raise
    _refuse_other_count(report, found, name)
    _refuse_other_slot(report, slot, found[-1], name)
    persons = [signer] if signer else _entitled(report, slot)
    _refuse_other_person(report, found[-1], persons)
    _refuse_other_key(report, found, persons)
    return found[-1]


def _name_the_other(report: Report, content: bytes, name: str) -> None:
    """Raise naming both reports, if the page says to which one it belongs."""
    other = next(iter(marks_on(content, media_type=PDF, name=name)), None)
    shown = {"name": name, "report": number_of(report)}
    if other is None:
        return
    if other.report != number_of(report) or other.manifest_hash != report.manifest_hash:
        raise SignatureRefused(
            N_("“%(name)s”签署的是自查报告 %(other)s（%(hash)s），不是现在的 %(report)s，没有保存。请下载后重签。"),
            code="another_report",
            params=shown | {"other": other.report, "hash": other.manifest_hash[:16]},
        )
    if standing_signatures(report):
        raise SignatureRefused(
            N_("“%(name)s”缺少已有的签名，没有保存。请下载已有签名的 PDF，在其上签署后上传。"),
            code="earlier_signature_missing",
            params=shown,
        )


def _refuse_other_count(report: Report, found: tuple[PdfSignature, ...], name: str) -> None:
    wanted = len(standing_signatures(report)) + 1
    if len(found) == wanted:
        return
    raise SignatureRefused(
        N_("“%(name)s”里有 %(found)d 个签名，应为 %(wanted)d 个，没有保存。请每签一次上传一次，由签字人分别确认。"),
        code="signatures_uncounted",
        params={"name": name, "found": len(found), "wanted": wanted},
    )


def _refuse_other_slot(report: Report, slot: str, found: PdfSignature, name: str) -> None:
    """Refuse a signature in the field of another slot; a field of the signing software's own belongs to none."""
    if found.field == slot or found.field not in slot_names(report):
        return
    raise SignatureRefused(
        N_("“%(name)s”签在另一个签字位的签名域里，没有保存。请下载报告的 PDF，在本签字位的签名域里签署后上传。"),
        code="field_of_another_slot",
        params={"name": name, "field": found.field},
    )


def _refuse_other_key(report: Report, found: tuple[PdfSignature, ...], persons: Sequence[Person]) -> None:
    """Refuse a key with which somebody else has signed this report: a name can be shared, a key is one person's."""
    ids = {each.id for each in persons}
    for earlier, row in zip(found, standing_signatures(report), strict=False):  # the last one found is the new one
        if same_key(earlier.certificate, found[-1].certificate) and row.person_id not in ids:
            raise Invalid(
                N_("“%(subject)s”的证书已由另一位签字人在本报告上使用，没有保存。请由签字人用本人的证书签署。"),
                code="certificate_used_by_another",
                fields={"file": N_("不是签字人的证书。")},
                params={"subject": common_name(found[-1].certificate)},
            )


def _refuse_other_person(report: Report, found: PdfSignature, persons: Sequence[Person]) -> None:
    where = round_settings.signer_field(report.round)
    if any(names_person(found.certificate, each.name, where=where) for each in persons):
        return
    raise Invalid(
        N_("证书属于“%(subject)s”，不属于这个签字位的签字人%(names)s，没有保存。请由签字人用本人的证书签署。"),
        code="certificate_of_another",
        fields={"file": N_("不是签字人的证书。")},
        params={"subject": common_name(found.certificate), "names": Words(each.name for each in persons)},
    )


def _entitled(report: Report, slot: str) -> list[Person]:
    """Return who may fill the slot today: its holders and their delegates."""
    today = clock.today()
    delegates = [
        db.session.get_one(Person, each.delegate_id)
        for each in signing_of(report).mandates
        if each.slot == slot and each.valid_from <= today <= each.valid_to
    ]
    return [*people.holders(slot, report.organisation_id), *delegates]
