"""Jobs about deadlines: fire what is due, the day's digest, orphans, and every deadline of a round anew."""

from casework import clock
from casework.deadlines.queries import running_reports
from casework.doors.unit import unit_of_work
from casework.operations.digest import digest as write_digest
from casework.operations.fire_timers import fire_timers
from casework.operations.orphans import orphans as find_orphans
from casework.operations.retime import retime_round
from casework.operations.retime_report import retime_report
from casework.rounds import queries
from workflows.access import SYSTEM

MOST_TURNS = 500


def fire(_ref: str = "") -> dict:
    """Fire until nothing is due, a few cases a transaction, so that nobody waits long for a lock."""
    fired = notices = 0
    for _ in range(MOST_TURNS):
        with unit_of_work():
            done = fire_timers()
        fired, notices = fired + done.timers, notices + done.notices
        if done.subjects == 0:
            break
    return {"timers": fired, "notices": notices}


def digest(_ref: str = "") -> dict:
    """Write today's digest."""
    with unit_of_work():
        return {"notices": write_digest(clock.today())}


def orphans(_ref: str = "") -> dict:
    """Tell today who must find somebody for the cases that nobody can take further."""
    with unit_of_work():
        return {"orphans": sum(len(find_orphans(round_)) for round_ in queries.open_rounds())}


def retime_all(_ref: str = "", *, round: str | None = None) -> dict:  # noqa: A002 - the argument's name in stored promises
    """Compute the deadlines of one round, or of every open one, anew: holds end and calendars change overnight."""
    with unit_of_work():
        rounds = [queries.get_round(round)] if round else queries.open_rounds()
        done = [each for one in rounds for each in retime_round(one, actor=SYSTEM)]
        for report in (each for one in rounds for each in running_reports(one.id)):
            retime_report(report)
        return {"cases": len(done), "moved": sum(each.moved for each in done)}
