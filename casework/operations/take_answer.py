"""Take a graduate's answer from the pre-check page: written down, its link used, and what follows for cases.

The row of the record is locked before anything is written. The gate of sending
holds the same row for reading, so no message enters the call of a provider for
somebody whose answer has committed: whoever is first is seen by the other.
Where the answer may touch cases the organisation is locked before the record, as
an import of answers does, so that neither waits for the other.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import update

from casework import clock, journal
from casework.campaigns.models import AnswerLink
from casework.db import affected, db
from casework.errors import N_, Conflict, Invalid
from casework.intake.answers import CODES, CONFIRMED, OWN_PAGE, lock_records
from casework.intake.models import Confirmation, Record
from casework.operations.open_from_answers import Given, open_from_answers
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from workflows.access import SYSTEM, Actor

LONGEST = 1000
LONGEST_CORRECTION = 200
WRONG_PARTS = MappingProxyType(
    {
        "employer": N_("单位"),
        "job": N_("岗位"),
        "time": N_("时间"),
        "destination": N_("去向类型"),
        "other": N_("其他"),
    }
)
"""What of a registration may be wrong; the codes are kept in answers and are not renamed."""
USED = N_("这个链接已经用过或已失效，没有再次保存。请登录官方网站核对登记信息。")


def take_answer(
    record: Record,
    *,
    answer: str,
    verified: bool,
    source: str = OWN_PAGE,
    words: str = "",
    corrections: Mapping[str, str] | None = None,
    link: AnswerLink | None = None,
    actor: Actor = SYSTEM,
) -> Confirmation:
    """Write down the answer `confirmed`, `wrong_information` or `never_signed` and return it.

    A denial opens a sealed case at once or joins the one that is there; an answer that is not `verified` opens
    cases all the same and counts as no confirmation. `corrections` say which of `WRONG_PARTS` is wrong and what it
    should be, as far as the graduate says so. Raises `Invalid` for another answer, too many words, or corrections
    of what was confirmed, and `Conflict` when the link was used, has ended, or is not of this record: nothing is
    kept then.
    """
    if answer not in CODES:
        raise Invalid(N_("请选择一项。三项同样有效，都不影响领取证书。"), fields={"answer": N_("请选择一项。")})
    said = words.strip()
    if len(said) > LONGEST:
        raise Invalid(
            N_("补充说明最多%(most)d个字，没有提交。请精简后再提交。"),
            fields={"words": N_("字数超过上限。")},
            params={"most": LONGEST},
        )
    corrected = _corrected(corrections or {}, answer=answer)
    if answer != CONFIRMED:
        lock_organisation(record.organisation_id)
    lock_records([record.id])
    if link is not None:
        _use(link, record, verified=verified)
    now = clock.now()
    given = Confirmation(
        record_id=record.id,
        status=CODES[answer],
        confirm_time=now,
        snapshot_on=clock.today(),
        source=source,
        verified=verified,
        words=said or None,
        corrections=corrected or None,
        answered_at=now,
    )
    db.session.add(given)
    journal.record(
        organisation_id=record.organisation_id,
        action="confirmation:take",
        actor=str(actor.id),
        subject=record.ref,
        facts={"answer": answer, "verified": verified, "source": source, "wrong": sorted(corrected)},
        personal={name: words for name, words in {"words": said, **corrected}.items() if words},
    )
    if answer != CONFIRMED:
        open_from_answers(
            [Given(record, answer, verified)],
            organisation=db.session.get_one(Organisation, record.organisation_id),
            round_=db.session.get_one(Round, record.round_id),
            actor=actor,
        )
    return given


def _corrected(given: Mapping[str, str], *, answer: str) -> dict[str, str]:
    """Return what is wrong and what it should be, trimmed and in the order in which it is shown."""
    corrected = {part: given[part].strip() for part in WRONG_PARTS if part in given}
    long = [part for part, words in corrected.items() if len(words) > LONGEST_CORRECTION]
    if long:
        raise Invalid(
            N_("每项更正最多%(most)d字，没有提交。请精简后再提交。"),
            fields=dict.fromkeys(long, N_("字数超过上限。")),
            params={"most": LONGEST_CORRECTION},
        )
    if corrected and answer == CONFIRMED:
        raise Invalid(
            N_("您选择了“确认无误”，又写了有误的项，没有提交。请改选“信息有误”，或取消勾选后再提交。"),
            fields={"answer": N_("请核对所选的一项。")},
        )
    return corrected


def _use(link: AnswerLink, record: Record, *, verified: bool) -> None:
    """Use a link up; of two answers at one moment the second finds it used.

    A verified answer uses up every link of this graduate: nobody is made to take it back by an older one. One that
    anybody might have given leaves the others as they are.
    """
    now = clock.now()
    unused = update(AnswerLink).where(AnswerLink.record_id == record.id, AnswerLink.used_at.is_(None))
    mine = unused.where(AnswerLink.id == link.id, AnswerLink.expires_at > now)
    if affected(mine.values(used_at=now).execution_options(synchronize_session=False)) != 1:
        raise Conflict(USED, code="link_used")
    if verified:
        db.session.execute(unused.values(used_at=now).execution_options(synchronize_session=False))
