"""Questions about rounds, their dates and their code tables."""

from collections.abc import Sequence

from sqlalchemy import select

from casework.db import db
from casework.errors import N_, NotFound
from casework.rounds.models import CodeEntry, Round, StatutoryDate


def get_round(code: str) -> Round:
    """Return the round of this code."""
    found = db.session.scalars(select(Round).filter_by(code=code)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到轮次 %(code)s。"), params={"code": code})
    return found


def open_rounds() -> Sequence[Round]:
    """Return the rounds that are not closed, newest cohort first."""
    return db.session.scalars(
        select(Round).filter_by(closed_at=None).order_by(Round.cohort.desc(), Round.id.desc())
    ).all()


def table(round_id: int, name: str) -> dict[str, CodeEntry]:
    """Return one code table of a round: code → entry."""
    wanted = select(CodeEntry).filter_by(round_id=round_id, table=name).order_by(CodeEntry.code)
    return {entry.code: entry for entry in db.session.scalars(wanted)}


def dates_for(round_id: int, organisation_ids: Sequence[int]) -> Sequence[StatutoryDate]:
    """Return the round's dates that hold for an organisation: the nation's and those its own line has set."""
    wanted = (
        select(StatutoryDate)
        .filter_by(round_id=round_id)
        .where(StatutoryDate.organisation_id.is_(None) | StatutoryDate.organisation_id.in_(organisation_ids))
        .order_by(StatutoryDate.on)
    )
    return db.session.scalars(wanted).all()
