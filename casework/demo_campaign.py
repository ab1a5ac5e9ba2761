"""The campaign of the demonstration: a first wave has left, answers have come, the next wave is minutes away.

Two colleges were reminded on Friday. Over the weekend most of those who opened
their link confirmed, some found something wrong, and two had never signed: their
cases lie on the desk. At 10:30 the second wave leaves to whoever has not
answered, before the eyes of whoever has just started the demonstration.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy import select

from casework import clock
from casework.campaigns.models import AnswerLink, Campaign, Wave
from casework.campaigns.plan import default_starts
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import campaigns
from casework.jobs.carriers import way_out
from casework.jobs.delivery import call_once, sweep
from casework.operations.approve_campaign import approve_campaign
from casework.operations.draft_campaign import draft_campaign
from casework.operations.freeze_campaign import freeze_campaign
from casework.operations.take_answer import take_answer
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.working_days import calendar
from workflows.access import Actor

NAME = "暑期去向确认提醒"
COLLEGES = 2
FIRST, SECOND = (datetime(2024, 7, day, *at, tzinfo=clock.BEIJING) for day, at in ((26, (16, 0)), (30, (10, 30))))
ANSWERS = (*("confirmed",) * 4, "wrong_information", *("confirmed",) * 4, "never_signed")
"""What they say in turn, who say anything before the second wave: one of three."""
ONE_OF = 3
DENIALS = 2
CARRIER = "simulator"


def let_a_wave_pass(
    organisation: Organisation,
    round_: Round,
    *,
    drafter: Actor,
    approver: Actor,
    colleges: Sequence[str],
    base_url: str,
) -> None:
    """Draft, freeze, approve and send the first wave, and let its answers come in."""
    with clock.stopped_at(FIRST - timedelta(hours=2)), unit_of_work():
        later = [start for start in default_starts(round_.cohort, calendar=calendar()) if start > SECOND]
        audience = {"colleges": list(colleges[:COLLEGES])}
        given = {"audience": audience, "channels": ["sms"], "starts": [FIRST, SECOND, *later]}
        made = draft_campaign(organisation=organisation, round_=round_, name=NAME, actor=drafter, **given)
        freeze_campaign(made, actor=drafter)
        seen = {"audience_hash": made.audience_hash, "text_hash": made.text_hash}
        approve_campaign(made, **seen, actor=approver)
    _send(made, base_url)
    _answer(made.waves[0])


def _send(campaign: Campaign, base_url: str) -> None:
    """Carry the first wave out as workers do: its canary, the judgement of it, and the rest."""
    for minutes in (0, 20, 21):
        with clock.stopped_at(FIRST + timedelta(minutes=minutes)):
            campaigns.look()
            campaigns.fan_out(wave=campaign.waves[0].id)
            while call_once(way_out(CARRIER), base_url=base_url):
                pass
            sweep()


def _answer(wave: Wave) -> None:
    links = db.session.scalars(select(AnswerLink).filter_by(wave_id=wave.id).order_by(AnswerLink.id)).all()
    denials = 0
    for link, answer in zip(links[::ONE_OF], cycle(ANSWERS), strict=False):
        denials += answer == "never_signed"
        said = "confirmed" if answer == "never_signed" and denials > DENIALS else answer
        moment = FIRST + timedelta(hours=2, minutes=33 * links.index(link) // ONE_OF)
        with clock.stopped_at(moment), unit_of_work():
            link.opened_at = clock.now()
            take_answer(link.record, answer=said, verified=True, link=link)
