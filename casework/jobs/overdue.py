"""Jobs of the overdue board: the day's warning of work that is behind, and counting where that takes long."""

from sqlalchemy import func, select

from casework import promises
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.count_board import count_board
from casework.operations.warn_pace import warn_pace as find_behind
from casework.overview.board_counts import LARGE
from casework.promises import Promise
from casework.rounds import queries

COUNT = "count_board"


def warn_pace(_ref: str = "") -> dict:
    """Warn, today, whoever answers for work that cannot be done by its date at the present pace."""
    with unit_of_work():
        return {"organisations": sum(len(find_behind(round_)) for round_ in queries.open_rounds())}


def count_boards(ref: str = "") -> dict:
    """Count the large boards of every open round, a round a transaction."""
    with unit_of_work():
        codes = [round_.code for round_ in queries.open_rounds()]
    boards = 0
    for done, code in enumerate(codes, start=1):
        with unit_of_work():
            boards += count_board(queries.get_round(code))
            if ref:
                promises.extend(ref, progress=done, total=len(codes))
    return {"boards": boards}


def ask_for_counts() -> None:
    """Promise that the large boards are counted, where there can be any and nobody has promised it already."""
    with unit_of_work():
        if (db.session.scalar(select(func.max(Case.id))) or 0) < LARGE:
            return
        waiting = select(Promise.id).filter_by(name=COUNT, done_at=None, failed_at=None).limit(1)
        if db.session.scalar(waiting) is None:
            promises.promise(COUNT)
