"""What was written into the public form and never sent is forgotten after a day."""

from flask import current_app

from casework.doors.unit import unit_of_work
from casework.operations.keep_draft import forget_drafts


def forget() -> int:
    """Forget the drafts of yesterday with their files; return how many."""
    with unit_of_work():
        return forget_drafts(settings=current_app.extensions["casework"])
