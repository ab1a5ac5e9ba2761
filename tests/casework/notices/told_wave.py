"""A wave that is ready to leave: graduates with sealed addresses, an approved campaign, letters of the simulator."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from casework import clock
from casework.campaigns.models import Campaign, Wave
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Record
from casework.jobs import delivery
from casework.notices import ways
from casework.notices.graduates import index_of
from casework.notices.models import Message
from casework.operations.drain import claim_batch, pass_gate
from casework.sealing import ring
from tests.casework.campaigns.august import EVE, August, beijing
from tests.casework.notices.outward import BASE

TEN = beijing(1, 10)
"""The morning of the first wave."""


@dataclass
class TheWave:
    august: August
    records: list[Record]
    campaign: Campaign
    wave: Wave

    def messages(self):
        wanted = select(Message).where(Message.record_id.is_not(None)).order_by(Message.id)
        return db.session.scalars(wanted.execution_options(populate_existing=True)).all()

    def states(self):
        db.session.rollback()
        return [message.state for message in self.messages()]

    def anew(self, **values):
        """Put every letter back to where it was before it left."""
        db.session.rollback()
        for message in self.messages():
            message.state, message.next_at, message.attempt_id, message.attempts = "ready", TEN, None, 0
        self.set(**values)

    def set(self, **values):
        """Change the campaign behind everybody's back."""
        for name, value in values.items():
            setattr(self.campaign, name, value)
        db.session.commit()


def reachable(august, number, *, phone=None):
    """Make graduates whose numbers and addresses lie sealed in their revisions."""
    made = august.graduates(number)
    for place, record in enumerate(made):
        own = phone or f"1391234{place:04}"
        mail = f"s{place}@example.com"
        record.revision.sealed = {"phone": own, "email": mail}
        record.revision.phone_index, record.revision.email_index = index_of(own), ring().index("email", mail)
    db.session.commit()
    return made


def begin(august, number=3, *, channels=("inbox", "simulator"), **plan):
    """Let the first wave be written."""
    records = reachable(august, number)
    ways.configure(("inbox",))  # what accounts are told of it leaves by no carrier of the wave
    with clock.stopped_at(EVE):
        campaign = august.approved(canary_share=0, **plan)
    ways.configure(channels)
    august.look(TEN)
    return TheWave(august, records, campaign, campaign.waves[0])


def gate(way="simulator", moment=TEN, *, between=lambda: None):
    """Claim a batch, let something happen, ask the gate; return the letters."""
    with clock.stopped_at(moment):
        with unit_of_work():
            claimed = claim_batch(way, size=100, worker="w")
        if claimed is None:
            return ()
        between()
        with unit_of_work():
            return pass_gate(claimed, base_url=BASE)


def carry(way, moment=TEN):
    with clock.stopped_at(moment):
        return delivery.call_once(way, base_url=BASE)


@pytest.fixture
def first_wave(august):
    return begin(august)
