"""A small university in August: a drafter, an approver, graduates with addresses, and a plan of two waves."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest

from casework import clock
from casework.campaigns.models import Campaign
from casework.campaigns.queries import get_campaign
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Confirmation, Record
from casework.jobs import campaigns as jobs
from casework.notices import ways
from casework.notices.models import Message
from casework.operations.approve_campaign import approve_campaign
from casework.operations.draft_campaign import draft_campaign
from casework.operations.freeze_campaign import freeze_campaign
from casework.people.actors import actor_of
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from tests.casework.api.conftest import make_small_round
from tests.casework.factories import make_person, make_record, make_tree
from workflows.access import SYSTEM


def beijing(day, hour=10, minute=0, month=8):
    return datetime(2024, month, day, hour, minute, tzinfo=clock.BEIJING).astimezone(UTC)


EVE = beijing(31, 12, month=7)


@dataclass
class August:
    round: Round
    university: Organisation
    college: Organisation
    drafter: Person
    approver: Person

    def graduates(self, number, *, of="文学院", **values):
        """Make graduates of a college, each with a phone of their own and a mail address, unless said otherwise."""
        made = []
        for _ in range(number):
            key = db.session.query(Record).count()
            given = {"phone_index": f"p{key}", "email_index": f"m{key}", "class_name": "中文2001班"} | values
            made.append(make_record(self.university, self.round, college=self.college, **given))
            made[-1].revision.college = of
        db.session.commit()
        return made

    def draft(self, **given):
        given = {"starts": [beijing(1), beijing(8)]} | given
        with unit_of_work():
            return draft_campaign(
                organisation=self.university,
                round_=self.round,
                name="八月提醒",
                actor=actor_of(self.drafter),
                **given,
            )

    def frozen(self, **given):
        made = self.draft(**given)
        with unit_of_work():
            freeze_campaign(made, actor=actor_of(self.drafter))
        return made

    def approved(self, **given):
        made = self.frozen(**given)
        with unit_of_work():
            approve_campaign(
                made, audience_hash=made.audience_hash, text_hash=made.text_hash, actor=actor_of(self.approver)
            )
        return made

    def answer(self, *records, status="CONFIRMED", verified=True, source="national"):
        with unit_of_work():
            for record in records:
                db.session.add(
                    Confirmation(
                        record_id=record.id,
                        status=status,
                        confirm_time=clock.now(),
                        snapshot_on=clock.today(),
                        source=source,
                        verified=verified,
                    )
                )

    def look(self, moment):
        """Let the clock stand at a moment, look at the campaigns, and keep every promise of a wave."""
        with clock.stopped_at(moment):
            found = jobs.look()
            for campaign in db.session.query(Campaign).all():
                for wave in campaign.waves:
                    if wave.state == "fanning":
                        jobs.fan_out(wave=wave.id)
        return found

    def letters(self, campaign, number=None):
        """Return who has a letter, by wave's number if given."""
        waves = {wave.id: wave.number for wave in get_campaign(campaign.ref, SYSTEM).waves}
        found = db.session.query(Message).filter(Message.wave_id.in_(waves)).order_by(Message.id).all()
        return [each for each in found if number in (None, waves[each.wave_id])]

    def carry(self, state="delivered", moment=None):
        """Say of every letter that is ready what became of it."""
        with clock.stopped_at(moment or clock.now()), unit_of_work():
            for message in db.session.query(Message).filter_by(state="ready"):
                message.state, message.ended_at = state, clock.now()


@pytest.fixture
def august(app):
    with clock.stopped_at(EVE):
        tree = make_tree()
        made = August(
            make_small_round(),
            tree.university,
            tree.college,
            make_person("supervisor", tree.university, name="周敏"),
            make_person("party_leader", tree.university, name="高远"),
        )
        db.session.commit()
        ways.configure(("inbox", "memory"))
        yield made
    ways.configure(())


__all__ = ["EVE", "August", "august", "beijing", "date", "time", "timedelta"]
