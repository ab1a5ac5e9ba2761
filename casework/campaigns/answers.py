"""Who has answered: one condition for audiences, waves and the gate, so that none of them can disagree.

An answer counts when it came from the national system, or from the graduate's own
page behind a code to the registered number. The weaker way gives an answer that
opens a case and never stops a reminder.
"""

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import InstrumentedAttribute

from casework.intake.answers import OPEN, stands
from casework.intake.models import Confirmation, Revision


def answered(record_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Say, of a record whose newest `Revision` is joined, whether its graduate has answered."""
    said = exists().where(Confirmation.record_id == record_id, stands())
    return or_(Revision.confirm_status.not_in(OPEN), said)
