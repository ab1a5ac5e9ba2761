"""Papers on file for signing: mandates to sign for somebody (代签), and one person's two offices (一肩挑)."""

from flask import Response, request, url_for
from flask_babel import gettext

from casework import clock
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Invalid
from casework.operations.record_mandate import leaders, open_mandate, record_paper, revoke_mandate
from casework.people.models import Organisation
from casework.reports import queries
from casework.reports.models import Mandate
from casework.rounds import settings as round_settings
from casework.storage import ALLOWED
from casework.web import shell, words
from casework.web.case_deeds import day_of
from casework.web.case_page import downloaded
from casework.web.pages import Trouble, page, settings, submitted
from casework.web.reports import own_seat, round_now
from casework.web.wording import said
from workflows.access import Actor

SUFFIXES = {media_type: extension for extension, media_type in ALLOWED.items()}


@signed_in
def mandates() -> Response:
    """Show the papers of one's own organisation, newest first; record another one."""
    actor = current_actor()
    seat = own_seat(actor)
    if request.method == "GET":
        return _listed(seat, None)
    return submitted(
        lambda: _record(seat, actor),
        done=gettext("文件已登记，从开始之日起可以据此签字。"),
        to=url_for("web.mandates"),
        again=lambda trouble: _listed(seat, trouble),
    )


@signed_in
def end(ref: str) -> Response:
    """End a paper before its time."""
    actor = current_actor()
    seat = own_seat(actor)
    return submitted(
        lambda: revoke_mandate(queries.get_mandate(ref, actor), actor=actor),
        done=gettext("已终止，此后不能再据此签字；已经完成的签字不受影响。"),
        to=url_for("web.mandates"),
        again=lambda trouble: _listed(seat, trouble),
    )


@signed_in
def paper(ref: str) -> Response:
    """Hand out the scan of a paper; the look is journalled."""
    actor = current_actor()
    with unit_of_work():
        found = queries.get_mandate(ref, actor)
        content = open_mandate(found, actor=actor, settings=settings())
        media_type = found.file.media_type if found.file else ""
    return downloaded(content, name=f"{found.ref}.{SUFFIXES.get(media_type, 'bin')}", media_type=media_type)


def _record(seat: Organisation, actor: Actor) -> Mandate:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid(N_("没有选择文件，没有保存。"), fields={"file": N_("请选择授权书或任职文件的扫描件。")})
    return record_paper(
        kind=request.form.get("kind", ""),
        organisation=seat,
        round_=round_now(),
        slot=request.form.get("slot", ""),
        person=request.form.get("person", ""),
        principal=request.form.get("principal", ""),
        document=request.form.get("document", "")[:200],
        valid_from=day_of("valid_from"),
        valid_to=day_of("valid_to"),
        content=upload.read(),
        name=upload.filename,
        settings=settings(),
        actor=actor,
    )


def _listed(seat: Organisation, trouble: Trouble | None) -> Response:
    round_ = shell.current_round()
    slots = round_settings.slots(round_, seat.kind) if round_ else ()
    return page(
        "reports/mandates.html",
        status=trouble.status if trouble else 200,
        papers=queries.mandates(seat.id),
        leaders=[(each.ref, each.name) for each in leaders(seat)],
        named_slots=[(slot, said(words.SLOTS[slot])) for slot in slots],
        may_record=shell.may(current_actor(), "report:freeze"),
        today=clock.today(),
        trouble=trouble,
        given=request.form,
    )
