"""What a lead's reporter and its sender were to hear by when, and what they were told when: the card of its clocks.

No clock running has many causes: nobody set one, each reply was given, the year's
calendar is missing, the lead is closed. The card says which.
"""

from dataclasses import dataclass
from datetime import datetime

from casework.errors import N_
from casework.leads.models import Lead
from casework.leads.queries import INTERIM
from workflows.lead import CLOSED

NO_CLOCK = N_("本渠道没有规定期限，也没有来文期限。")
NO_CALENDAR = N_("期限暂时算不出来，原因见下。")
ALL_GIVEN = N_("规定期限的答复都已作出，没有在计的期限。")
ENDED = N_("已办结，期限不再计算。")
NOT_ASKED = N_("本渠道不要求")

IN_TIME = N_("%(at)s已答复，在期限%(due)s之前")
LATE = N_("%(at)s已答复，晚于期限%(due)s")
GIVEN = N_("%(at)s已答复，没有规定期限")
WAITS = N_("应于%(due)s前答复")
OVERDUE = N_("尚未答复，期限%(due)s已过")


@dataclass(frozen=True)
class Reply:
    """One of the two replies in a sentence; `at` and `due` are its moments as far as there are any."""

    label: str
    sentence: str
    at: datetime | None
    due: datetime | None


def replies(lead: Lead, *, now: datetime) -> tuple[Reply, Reply]:
    """Return what is to be said of the first reply and of the last word to the sender."""
    return (
        _reply(N_("首次答复"), lead.first_reply_at, lead.respond_by, now),
        _reply(N_("办结答复上级"), lead.replied_upward_at, lead.reply_upward_by, now),
    )


def interim(lead: Lead) -> list[datetime]:
    """Return when the sender was told how it stands, as long as the last word is not given."""
    if lead.replied_upward_at is not None:
        return []
    return [talk.at for talk in lead.talks if talk.kind == INTERIM]


def standing(lead: Lead) -> str:
    """Return why no clock of this lead runs; empty where one does."""
    if lead.due_at is not None:
        return ""
    if lead.state in CLOSED:
        return ENDED
    if lead.due_why:  # a clock that runs and cannot be dated leaves its reason alone
        return NO_CALENDAR
    return NO_CLOCK if lead.respond_by is None and lead.reply_upward_by is None else ALL_GIVEN


def _reply(label: str, at: datetime | None, due: datetime | None, now: datetime) -> Reply:
    if at is not None:
        sentence = GIVEN if due is None else IN_TIME if at <= due else LATE
    elif due is None:
        sentence = NOT_ASKED
    else:
        sentence = WAITS if now <= due else OVERDUE
    return Reply(label, sentence, at, due)
