"""The import wizard: upload, match columns, read the rows, confirm; then it is written.

Nothing touches a record before the confirmation. Long work is promised and
done by workers; the page shows how far it is and can be left at any time.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask import Response, request, url_for
from flask_babel import gettext
from sqlalchemy import func, select

from casework import promises
from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Conflict, Forbidden, Invalid, NotFound
from casework.intake.fields import RECORD_FIELDS
from casework.intake.models import Batch, RowProblem
from casework.intake.queries import PERMISSIONS
from casework.leads import lists
from casework.operations.confirm_batch import drop_batch
from casework.operations.mark_export import mark_of, note_export
from casework.operations.permit import answered_as
from casework.operations.permit_import import permit_import
from casework.operations.take_file import promise_staging, take_file
from casework.people.models import Organisation
from casework.people.queries import get_organisation
from casework.promises import Promise
from casework.rounds.models import Round
from casework.screening.models import Run
from casework.web import csv_file, shell, words
from casework.web.case_deeds import day_of
from casework.web.pages import Trouble, page, settings, submitted
from casework.web.wording import said
from workflows.access import Actor, scope_of

SHOWN_PROBLEMS = 50
STEPS = (N_("上传"), N_("对应字段"), N_("校验"), N_("写入"), N_("筛查建案"))
STEP_OF = {"uploaded": 2, "staging": 3, "staged": 3, "writing": 4, "written": 4, "refused": 3, "dropped": 3}
HANDLING = {
    "skipped": N_("未导入此行"),
    "kept": N_("原样保留"),
    "left_open": N_("此项留空"),
    "merged": N_("与同一学号的行合并"),
}
BUSY = ("staging", "writing")
LEAD_ACTIONS = ("lead:intake", "lead:list")
LIST_CHANNELS = {
    "MOE_PUSH": N_("教育部监测下发"),
    "PROV_PUSH": N_("省级核查下发"),
    "SURVEY": N_("第三方抽样调查反馈"),
}
RECORD_KINDS = ("graduates", "confirmations", "employers", "changes", "proofs", "operators")
DONE = {
    "stage": N_("已开始校验，可以离开本页。"),
    "confirm": N_("已开始写入，可以离开本页。"),
    "drop": N_("已放弃这个文件，没有写入任何内容。"),
}


@signed_in
def imports() -> Response:
    """Show what was imported and the form for the next file; take a file."""
    if request.method == "GET":
        return _overview(None)
    taken: list[str] = []
    trouble_or_answer = submitted(
        lambda: taken.append(_take().ref),
        done=gettext("文件已上传。请核对字段后开始校验。"),
        to="",
        again=_overview,
    )
    if taken and trouble_or_answer.status_code == 303:  # noqa: PLR2004 - see other
        trouble_or_answer.headers["Location"] = url_for("web.batch", ref=taken[-1])
    return trouble_or_answer


@signed_in
def batch(ref: str) -> Response:
    """Show one batch at the step where it stands."""
    return _batch_page(ref, None)


@signed_in
def progress(ref: str) -> Response:
    """Return the progress of a batch alone; 286 tells htmx that there is nothing more to ask."""
    found = _get(ref)
    answer = page("import/_progress.html", batch=found, promise=_promise(found.promise_ref), handled=HANDLING)
    if found.state not in BUSY:
        answer.headers["HX-Refresh"] = "true"
        answer.status_code = 286
    return answer


@signed_in
def change(ref: str, what: str) -> Response:
    """Start reading the rows, write them, or drop the file."""
    actor = current_actor()
    if what not in CHANGES:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    return submitted(
        lambda: CHANGES[what](_get(ref), actor),
        done=gettext(DONE[what]),
        to=url_for("web.batch", ref=ref) if what != "drop" else url_for("web.imports"),
        again=lambda trouble: _batch_page(ref, trouble),
    )  # fmt: skip


@signed_in
def problems(ref: str) -> Response:
    """Hand out the list of what could not be read as a table that a spreadsheet cannot be tricked with."""
    found = _get(ref)
    rows = db.session.scalars(select(RowProblem).filter_by(batch_id=found.id).order_by(RowProblem.row, RowProblem.id))
    head = [gettext("行"), gettext("列"), gettext("值"), gettext("问题"), gettext("处理")]
    body = [
        [row.row, row.column, row.value, said(row.message, row.params), said(HANDLING.get(row.handling, row.handling))]
        for row in rows
    ]
    mark = mark_of(current_actor(), purpose="改正导入的文件")
    with unit_of_work():
        note_export(
            mark,
            action="import:export",
            organisation_id=found.organisation_id,
            subject=found.ref,
            actor=current_actor(),
            facts={"rows": len(body)},
        )
    return csv_file.download(head, body, name=f"problems-{ref}.csv", mark=mark)


def organisations_for(actor: Actor) -> Sequence[Organisation]:
    """Return the bodies that this person may import for: the own seat first, then those below that keep records.

    Whoever sets rounds hands in what a round rests on at the own seat.
    """
    seats = [scope.organisation_id for action in ("import:run", *LEAD_ACTIONS) for scope in scope_of(actor, action)]
    setting = [scope.organisation_id for scope in scope_of(actor, "round:settings")]
    below = select(Organisation).where(
        Organisation.id.in_(seats + setting) | (Organisation.parent_id.in_(seats) & (Organisation.kind == "university"))
    )
    return db.session.scalars(below.order_by(Organisation.path)).all()


def _take() -> Batch:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid(N_("没有选择文件，没有保存。"), fields={"file": N_("请选择一个 Excel 或 CSV 文件。")})
    round_ = shell.current_round()
    if round_ is None:
        raise Conflict(N_("还没有开启任何轮次，不能导入。请系统管理员先开启轮次。"))
    organisation = get_organisation(request.form.get("organisation", ""))
    with tempfile.NamedTemporaryFile(suffix=Path(upload.filename).suffix[:8]) as kept:
        upload.save(kept)
        kept.flush()
        taken = take_file(
            organisation=organisation,
            round_=round_,
            file_name=upload.filename,
            source=Path(kept.name),
            actor=current_actor(),
            settings=settings(),
            kind=request.form.get("kind") or None,
            given={name: request.form.get(name) for name in lists.FIELDS},
        )
        db.session.flush()  # the answer leads to its page
        return taken


def _stage(found: Batch, actor: Actor) -> None:
    _permit(found, actor)
    chosen = request.form.getlist("field")
    promise_staging(found, mapping=[name or None for name in chosen] if chosen else None)


def _confirm(found: Batch, actor: Actor) -> None:
    _permit(found, actor)
    if found.state != "staged":
        raise Conflict(N_("这批数据还没有校验完，不能写入。请等待校验结束。"))
    taken_on = day_of("taken_on").isoformat() if request.form.get("taken_on") else None
    found.promise_ref = promises.promise("confirm_batch", batch=found.ref, actor=actor.id, taken_on=taken_on).ref


CHANGES = {
    "stage": _stage,
    "confirm": _confirm,
    "drop": lambda found, actor: drop_batch(found, actor=actor, settings=settings()),
}


def _overview(trouble: Trouble | None) -> Response:
    actor = current_actor()
    organisations = organisations_for(actor)
    if not organisations:
        raise Forbidden(N_("您的角色不能导入数据。"))
    round_ = shell.current_round()
    ids = [each.id for each in organisations]
    records = bool(scope_of(actor, "import:run"))
    others = tuple(kind for kind, action in PERMISSIONS.items() if scope_of(actor, action))
    hidden = PERMISSIONS.keys() - set(others)
    scope = (
        Batch.organisation_id.in_(ids),
        Batch.round_id == (round_.id if round_ else 0),
        Batch.kind.not_in(hidden) if records else Batch.kind.in_(others),
    )
    recent = db.session.execute(
        select(Batch, Organisation.name).join(Organisation, Organisation.id == Batch.organisation_id).where(*scope)
        .order_by(Batch.id.desc()).limit(30)
    ).all()  # fmt: skip
    runs = db.session.scalars(
        select(Run).where(Run.organisation_id.in_(ids if records else ()), Run.round_id == (round_.id if round_ else 0))
        .order_by(Run.id.desc()).limit(5)
    ).all()  # fmt: skip
    return page(
        "import/page.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        organisations=organisations,
        recent=recent,
        runs=runs,
        steps=STEPS,
        kinds=[(kind, said(words.FILE_KINDS[kind])) for kind in (*(RECORD_KINDS if records else ()), *others)],
        channels=[(code, said(label)) for code, label in LIST_CHANNELS.items()] if lists.KIND in others else [],
        chosen=request.values.get("kind", ""),
        records=records,
        has_records=any(row.Batch.kind == "graduates" and row.Batch.state == "written" for row in recent),
    )


def _batch_page(ref: str, trouble: Trouble | None) -> Response:
    found = _get(ref)
    promise = _promise(found.promise_ref)
    by_code = db.session.execute(
        select(RowProblem.code, RowProblem.severity, RowProblem.message, func.count().label("n"))
        .filter_by(batch_id=found.id).group_by(RowProblem.code, RowProblem.severity, RowProblem.message)
    ).all()  # fmt: skip
    first = db.session.scalars(
        select(RowProblem)
        .filter_by(batch_id=found.id)
        .order_by(RowProblem.severity, RowProblem.row)
        .limit(SHOWN_PROBLEMS)
    ).all()
    return page(
        "import/batch.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        batch=found,
        promise=promise,
        by_code=by_code,
        first=first,
        handled=HANDLING,
        steps=STEPS,
        step=STEP_OF.get(found.state, 2),
        waits=promise is not None and promise.done_at is None and promise.failed_at is None,
        fields=[(field.name, said(field.label)) for field in RECORD_FIELDS if field.kept],
    )


def _get(ref: str) -> Batch:
    found = db.session.scalars(select(Batch).filter_by(ref=ref)).one_or_none()
    absent = NotFound(N_("没有找到这批数据，或不在您的权限范围内。"))
    if found is None:
        raise absent
    with answered_as(absent):
        _permit(found, current_actor())
    return found


def _permit(found: Batch, actor: Actor) -> None:
    permit_import(
        actor,
        found.kind,
        organisation=db.session.get_one(Organisation, found.organisation_id),
        round_=db.session.get_one(Round, found.round_id),
    )


def _promise(ref: str) -> Promise | None:
    return db.session.scalars(select(Promise).filter_by(ref=ref)).one_or_none() if ref else None
