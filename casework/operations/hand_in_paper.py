"""Take in what carries a signature: the scan of a page signed in ink, or a PDF signed with a certificate.

It is bound to this report, this manifest and this slot before it is kept, and it
is no signature yet: whoever holds the slot confirms it in their own name
(`sign_report`, with re-authentication), whoever brought it. That is the whole
rule against signing for somebody else. A clerk may feed the scanner; only the
signer can say "this is my hand", and who never logs in signs through a delegate
under a recorded mandate, as on paper.
"""

from casework import clock, journal, storage
from casework.config import Settings
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.operations.permit_report import permit_report, refusal_for_report, refuse_filed
from casework.operations.refusals import noted
from casework.operations.tell_report import say_handed_in
from casework.operations.verify_paper import verify_pdf
from casework.reports.facts import signing_of
from casework.reports.models import Report, SignedPaper
from casework.reports.papers import CERTIFICATE, CONSENT, INK, grade_of, standing_paper, standing_signatures
from casework.reports.queries import lock_report, number_of
from casework.reports.signing.marks import TYPED, Mark
from casework.reports.signing.scans import PDF, PICTURES, marks_on
from workflows.access import Actor


def hand_in_paper(
    report: Report,
    *,
    slot: str,
    name: str,
    content: bytes,
    actor: Actor,
    settings: Settings,
    typed_hash: str = "",
) -> SignedPaper:
    """Keep what was signed for a slot; it replaces what waited there. Refused, nothing of it is kept.

    `typed_hash`: the first 16 characters printed on the page, for a scan whose code cannot be read.
    """
    number, place = number_of(report), report.organisation_id
    with noted("report:paper", actor=actor, slot=slot, organisation_id=place, subject=number):
        if refusal_for_report(actor, "report:sign", report) is not None:
            permit_report(actor, "report:draft", report)
        refuse_filed(report)
        _refuse_not_waiting(report, slot)
        examined = _bound_to(report)
        typed = storage.examine(content, name=name, limit=settings.max_upload_bytes)
        if grade_of(report) == INK:
            bound_by = _bind(report, slot, name, content, media_type=typed.media_type, typed_hash=typed_hash)
        else:
            verify_pdf(report, slot=slot, name=name, content=content, media_type=typed.media_type, settings=settings)
            bound_by = "certificate"
        lock_report(report)  # only now: pages are drawn and certificates verified while nobody waits for the report
        _refuse_not_waiting(report, slot)
        _refuse_overtaken(report, examined)
        return _keep(report, slot, content, bound_by, media_type=typed.media_type, actor=actor, settings=settings)


def _refuse_not_waiting(report: Report, slot: str) -> None:
    shown = {"report": number_of(report)}
    if grade_of(report) == CONSENT:
        raise Conflict(
            N_("自查报告 %(report)s 在系统内签字，不需要上传签字页；请签字人直接签字。"),
            code="no_paper_wanted",
            params=shown,
        )
    if report.state != "frozen":
        raise Conflict(
            N_("自查报告 %(report)s 当前不在待签字状态，签字页没有保存；请先定稿。"),
            code="report_not_frozen",
            params=shown,
        )
    if slot not in {each.name for each in signing_of(report).waiting_slots}:
        raise Conflict(
            N_("自查报告 %(report)s 的这个签字位已经签字，或本轮没有这个签字位，没有保存。"),
            code="slot_not_waiting",
            params=shown,
        )


def _bound_to(report: Report) -> tuple[str | None, tuple[int, ...]]:
    """Return what a page or PDF is examined against: the manifest, and the signatures that a certificate signs upon."""
    upon = standing_signatures(report) if grade_of(report) == CERTIFICATE else ()
    return report.manifest_hash, tuple(row.id for row in upon)


def _refuse_overtaken(report: Report, examined: tuple[str | None, tuple[int, ...]]) -> None:
    if _bound_to(report) != examined:
        raise Conflict(
            N_("核验签字件期间，自查报告 %(report)s 有变化，没有保存。请刷新页面，核对后重新上传。"),
            code="report_overtaken",
            params={"report": number_of(report)},
        )


def _bind(report: Report, slot: str, name: str, content: bytes, *, media_type: str, typed_hash: str) -> str:
    """Return how the page is bound to this slot of this manifest, or refuse it naming what it belongs to."""
    if media_type != PDF and media_type not in PICTURES:
        raise Invalid(
            N_("文件“%(name)s”不是 PDF、JPEG 或 PNG，没有保存。请上传签字页的扫描件或照片。"),
            code="not_a_scan",
            fields={"file": N_("请上传扫描件或照片。")},
            params={"name": name},
        )
    found = marks_on(content, media_type=media_type, name=name)
    wanted = Mark(number_of(report), report.manifest_hash or "", slot)
    if wanted in found:
        return "code"
    if found:
        raise _refuse_mark(found[0], wanted, name)
    typed = "".join(typed_hash.split()).lower()
    if not typed:
        raise Invalid(
            N_("在“%(name)s”上没有读到二维码，没有保存。请输入签字页上清单哈希的前 %(n)d 位，或重新扫描。"),
            code="code_unreadable",
            fields={"typed_hash": N_("请照签字页输入。")},
            params={"name": name, "n": TYPED},
        )
    if len(typed) < TYPED or not wanted.manifest_hash.startswith(typed):
        raise Invalid(
            N_("输入的哈希与自查报告 %(report)s 的清单哈希不符，没有保存。请核对是否拿错了签字页。"),
            code="typed_hash_differs",
            fields={"typed_hash": N_("与本报告不符。")},
            params={"report": wanted.report},
        )
    return "typed"


def _refuse_mark(found: Mark, wanted: Mark, name: str) -> Invalid:
    """Return the refusal of a page that belongs elsewhere; it names both."""
    shown = {"name": name, "other": found.report, "report": wanted.report}
    if found.report != wanted.report:
        sentence = N_("“%(name)s”是自查报告 %(other)s 的，不是 %(report)s 的，没有保存。请上传本报告的签字页。")
        return Invalid(
            sentence, code="page_of_another_report", fields={"file": N_("不是本报告的签字页。")}, params=shown
        )
    if found.manifest_hash != wanted.manifest_hash:
        hashes = {"was": found.manifest_hash[:TYPED], "now": wanted.manifest_hash[:TYPED]}
        sentence = N_(
            "“%(name)s”签的是自查报告 %(report)s 先前的定稿（%(was)s），现为 %(now)s，没有保存。请重新打印签字。"
        )
        return Invalid(
            sentence, code="page_of_another_freeze", fields={"file": N_("定稿已更新。")}, params=shown | hashes
        )
    sentence = N_("“%(name)s”上只有另一个签字位的二维码，不是所选签字位的签字页，没有保存。请选对签字位或上传另一页。")
    return Invalid(sentence, code="page_of_another_slot", fields={"file": N_("签字位不符。")}, params=shown)


def _keep(
    report: Report, slot: str, content: bytes, bound_by: str, *, media_type: str, actor: Actor, settings: Settings
) -> SignedPaper:
    earlier = standing_paper(report, slot)
    if earlier is not None:
        earlier.replaced_at = clock.now()
    stored = storage.keep(content, media_type=media_type, folder=settings.files_dir)
    paper = SignedPaper(
        report_id=report.id,
        slot=slot,
        grade=grade_of(report),
        manifest_hash=report.manifest_hash,
        file_id=stored.id,
        file=stored,
        bound_by=bound_by,
        handed_in_by_id=actor.id,
    )
    db.session.add(paper)
    db.session.flush()  # its ref is what the signer confirms
    journal.record(
        organisation_id=report.organisation_id,
        action="report:paper",
        actor=str(actor.id),
        subject=number_of(report),
        facts={
            "slot": slot,
            "grade": paper.grade,
            "sha256": stored.sha256,
            "bound_by": bound_by,
            "manifest_hash": report.manifest_hash,
        },
    )
    say_handed_in(report, paper)
    return paper
