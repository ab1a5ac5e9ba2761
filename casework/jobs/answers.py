"""The daily look at answers that call a registration wrong: what nobody has mended in time becomes a case."""

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.follow_up_answers import follow_up_answers, waiting_organisations
from casework.people.models import Organisation
from casework.rounds import queries


def wrong_information(_ref: str = "") -> dict:
    """Open the cases of every open round, an organisation a transaction."""
    opened = uncounted = 0
    with unit_of_work():
        waiting = [
            (round_.code, organisation_id)
            for round_ in queries.open_rounds()
            for organisation_id in waiting_organisations(round_)
        ]
    for code, organisation_id in waiting:
        with unit_of_work():
            organisation = db.session.get_one(Organisation, organisation_id)
            found = follow_up_answers(organisation, queries.get_round(code))
            opened, uncounted = opened + len(found.opened), uncounted + found.uncounted
    return {"opened": opened, "uncounted": uncounted}
