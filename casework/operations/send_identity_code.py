"""Send a code to the registered number of whoever holds a link, so that they can show who they are.

The page never says whether a number is registered, nor which: a link that fell
into other hands tells nothing. There is a limit on codes for each link and for
each graduate and day, in the database, because a flood of codes costs the office
money and the graduate their patience.
"""

from datetime import timedelta

from sqlalchemy import func, select

from casework import clock
from casework.campaigns.identity import GOOD_FOR, hash_of
from casework.campaigns.models import AnswerCode, AnswerLink
from casework.db import db
from casework.errors import N_, Conflict
from casework.intake.answers import lock_records
from casework.notices import providers
from casework.notices.graduates import BY_PHONE, graduates
from casework.notices.post import Notice, post
from casework.notices.reminders import carrier_of, carriers_of
from notifications.kinds import KINDS

KIND = "identity_code"
PAUSE = timedelta(seconds=60)
MOST_A_DAY = 5
DAY = timedelta(days=1)


def send_identity_code(link: AnswerLink, *, language: str = "zh") -> bool:
    """Write a code and its message, good for ten minutes; False where nothing can be sent to this graduate.

    Raises `Conflict` when one was sent within the last minute, or five within a day.
    """
    lock_records([link.record_id])  # two clicks are one code, on whichever of the graduate's links
    _refuse_flood(link)
    graduate = graduates([link.record_id])[link.record_id]
    if not graduate.phone or not carriers_of(BY_PHONE):
        return False
    channel = carrier_of(BY_PHONE, f"identity:{link.id}", providers.open_weights())
    now = clock.now()
    code = AnswerCode(link_id=link.id, code_hash="", sent_at=now, expires_at=now + GOOD_FOR)
    db.session.add(code)
    db.session.flush()  # its id makes the digits
    code.code_hash = hash_of(code.id)
    post([_notice(code, link, channel=channel, language=language)])
    return True


def _refuse_flood(link: AnswerLink) -> None:
    now = clock.now()
    same = select(AnswerLink.id).filter_by(record_id=link.record_id)
    sent = select(func.count(), func.max(AnswerCode.sent_at)).where(
        AnswerCode.link_id.in_(same), AnswerCode.sent_at > now - DAY
    )
    number, last = db.session.execute(sent).one()
    if number >= MOST_A_DAY:
        raise Conflict(N_("今天发送的验证码已达上限，没有再发。请明天再试，或直接登录官方网站。"), code="codes_used_up")
    if last is not None and last > now - PAUSE:
        raise Conflict(N_("验证码刚刚发出，没有再发。请查看短信，一分钟后可以重新发送。"), code="code_just_sent")


def _notice(code: AnswerCode, link: AnswerLink, *, channel: str, language: str) -> Notice:
    return Notice(
        kind=KIND,
        person_id=None,
        record_id=link.record_id,
        channel=channel,
        dedup=f"identity:{code.id}",
        message_class=KINDS[KIND].message_class,
        params={"code": code.id, "minutes": GOOD_FOR // timedelta(minutes=1), "language": language},
        organisation_id=link.record.organisation_id,
        not_after=code.expires_at,
    )
