"""A graduate with a link to the pre-check page: what tests of answers begin with."""

from datetime import date, timedelta

from sqlalchemy import select

from casework import clock
from casework.campaigns.models import AnswerLink, Campaign, Wave
from casework.campaigns.tokens import token_of
from casework.db import db
from casework.operations.issue_links import issue_links
from tests.casework.factories import make_person

BIRTH = "2001-01-23"


def make_wave(organisation, round_, *, number=1):
    """Make a campaign with one wave that starts now."""
    campaign = Campaign(
        organisation_id=organisation.id,
        round_id=round_.id,
        name="八月提醒",
        stop_on=date(2024, 8, 31),
        drafted_by_id=make_person("supervisor", organisation).id,
    )
    db.session.add(campaign)
    db.session.flush()
    wave = Wave(campaign_id=campaign.id, number=number, starts_at=clock.now())
    db.session.add(wave)
    db.session.flush()
    return wave


def make_link(record, wave, *, days=30):
    """Issue the link of one graduate; return its token."""
    issue_links([record.id], wave=wave, expires_at=clock.now() + timedelta(days=days))
    return token_of(wave.id, record.id)


def link_of(record):
    return db.session.scalars(
        select(AnswerLink).filter_by(record_id=record.id).execution_options(populate_existing=True)
    ).one()
