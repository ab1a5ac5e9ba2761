"""Make the package for the national system from a filed report, and write down when that system took it (N2.4)."""

from dataclasses import dataclass
from datetime import date

from casework import clock, journal
from casework.cases.canonical import bytes_hash
from casework.config import Settings
from casework.db import db, new_ref
from casework.errors import N_, Conflict, Invalid
from casework.filing.models import Upload
from casework.filing.upload import Stamp, build_upload
from casework.operations.permit_report import permit_report
from casework.operations.refuse_blank import refuse_blank
from casework.reports.documents import signed_report
from casework.reports.models import Report
from casework.reports.queries import lock_report, number_of
from casework.reports.snapshot import Snapshot
from casework.storage import read
from workflows.access import Actor

ARCHIVED = ("plan",)
"""What goes in as it was archived; the report goes in with its signatures, the records as tables."""


@dataclass(frozen=True)
class Made:
    """A package in clear, for whoever asked; what is kept of it is its hash."""

    upload: Upload
    file_name: str
    content: bytes


def make_upload(report: Report, *, actor: Actor, settings: Settings) -> Made:
    """Return the package of a filed report; it names graduates in full, so it is journalled as an export."""
    permit_report(actor, "report:upload", report)
    number = number_of(report)
    if report.state != "filed" or report.snapshot is None:
        raise Conflict(
            N_("自查报告 %(report)s 尚未备案，不能制作上传包；请等全部备案单位出具回执。"),
            code="report_not_filed",
            params={"report": number},
        )
    snapshot = Snapshot.from_dict(report.snapshot)
    made = Upload(ref=new_ref(), report=report, sha256="", made_at=clock.now(), made_by_id=actor.id)
    stamp = Stamp(
        ref=made.ref,
        made_at=made.made_at.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M"),
        number=number,
        manifest_hash=report.manifest_hash or "",
    )
    signed = signed_report(report, snapshot)
    documents = {
        row.file_name: read(row.file, folder=settings.files_dir) for row in report.documents if row.kind in ARCHIVED
    }
    content = build_upload(
        snapshot,
        stamp=stamp,
        documents=documents | {signed.file_name: signed.content},
        organisation_code=report.organisation.official_code or report.organisation.code,
        round_code=report.round.code,
    )
    made.sha256 = bytes_hash(content)
    db.session.add(made)
    journal.record(
        organisation_id=report.organisation_id,
        action="report:upload",
        actor=str(actor.id),
        subject=number,
        facts={"upload": made.ref, "sha256": made.sha256, "manifest_hash": report.manifest_hash},
        chain=journal.LOOKS,
    )
    return Made(made, f"上传包_{number}.zip", content)


def record_upload(upload: Upload, *, number: str, delivered_on: date, actor: Actor) -> Upload:
    """Write down the number and the day under which the national system took the package; it is said once."""
    report = upload.report
    permit_report(actor, "report:upload", report)
    lock_report(report)
    db.session.refresh(upload)  # somebody may have said it while this waited
    refuse_blank({"number": number})
    if delivered_on > clock.today():
        raise Invalid(N_("上传日期不能晚于今天，没有保存。"), fields={"delivered_on": N_("请填今天或之前的日期。")})
    if upload.delivered_on is not None:
        raise Conflict(
            N_("自查报告 %(report)s 的这个上传包已登记上传编号，不能更改；重新上传的，请另制作上传包。"),
            code="already_delivered",
            params={"report": number_of(report)},
        )
    upload.number, upload.delivered_on = number.strip(), delivered_on
    upload.recorded_at, upload.recorded_by_id = clock.now(), actor.id
    journal.record(
        organisation_id=report.organisation_id,
        action="report:uploaded",
        actor=str(actor.id),
        subject=number_of(report),
        facts={
            "upload": upload.ref,
            "sha256": upload.sha256,
            "delivered_on": delivered_on.isoformat(),
        },
        personal={"number": upload.number},
    )
    return upload
