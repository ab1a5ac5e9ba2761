"""The gate's questions about one message: whether it may still leave, must wait, or is over.

They are asked with the facts locked, immediately before the call. What has
become pointless never leaves; what may only wait is put back, never dropped. A
gathered letter speaks for those of its members that would still leave alone.
"""

from collections.abc import Sequence
from datetime import datetime, time

from casework import clock
from casework.cases.models import Case
from casework.deadlines.ladder import OWNER
from casework.deadlines.queries import reminds, running_stage
from casework.notices.campaign_words import ABOUT_CAMPAIGNS, CAMPAIGN, SINCE
from casework.notices.facts import Facts, facts_of
from casework.notices.gate import Verdict, quiet_until
from casework.notices.gathering import GATHERED
from casework.notices.graduate_verdicts import of_graduate
from casework.notices.models import Message
from casework.notices.words import STANDING_IN
from casework.rounds import settings
from workflows.lead import OPEN as OPEN_LEAD

DEFAULT_QUIET = (time(22, 0), time(8, 0))
REMIND = frozenset({"case_due", "case_overdue", "case_escalated"})
OF_LEADS = frozenset({"lead_due", "lead_escalated", "lead_assigned", "lead_added", "lead_orphaned"})
REPORT_MUST_BE = {
    "report_due": frozenset({"draft", "stale"}),
    "report_to_sign": frozenset({"frozen"}),
    "report_paper": frozenset({"frozen"}),
    "report_signed": frozenset({"signed"}),
    "report_stale": frozenset({"stale"}),
    "report_refused": frozenset({"stale"}),
    "report_withdrawn": frozenset({"stale"}),
    "report_below_changed": frozenset({"stale"}),
    "report_escalated": frozenset({"draft", "stale", "frozen", "signed"}),
}
CAMPAIGN_MUST_BE = {"campaign_to_approve": "frozen", "campaign_paused": "paused"}


def verdict(message: Message, *, now: datetime, facts: Facts | None = None) -> Verdict | None:
    """Return nothing if the message may leave now; `facts` are those of its batch, or are read for it alone."""
    known = facts or facts_of([message])
    if message.record_id is not None:
        return _expired(message, now) or of_graduate(message, message.record_id, now=now, facts=known)
    over = _expired(message, now) or _person(message, known)
    if over is not None:
        return over
    if message.kind == GATHERED:
        speaks_for = standing(message, now=now, facts=known)
        if not speaks_for:
            return Verdict("suppressed", "nothing that it gathered still stands")
        return _quiet(speaks_for, now, known)
    return _matter(message, now, known) or _quiet([message], now, known)


def standing(letter: Message, *, now: datetime, facts: Facts) -> Sequence[Message]:
    """Return the members of a gathered letter that would still leave by themselves."""
    members = facts.members.get(letter.id, ())
    return [each for each in members if (_expired(each, now) or _matter(each, now, facts)) is None]


def _expired(message: Message, now: datetime) -> Verdict | None:
    if message.not_after is not None and message.not_after < now:
        return Verdict("expired", "its time has passed")
    return None


def _person(message: Message, facts: Facts) -> Verdict | None:
    if not facts.persons[message.person_id or 0].active:
        return Verdict("suppressed", "the account is closed")
    if (message.person_id, message.channel, message.class_) in facts.opted_out:
        return Verdict("suppressed", "the person has opted out")
    if (message.person_id, message.channel) in facts.invalid:
        return Verdict("suppressed", "the address is known to be invalid")
    return None


def _matter(message: Message, now: datetime, facts: Facts) -> Verdict | None:
    about = _own_body(message, facts) or _case(message, now, facts) or _report(message, facts)
    return about or _lead(message, facts) or _campaign(message, facts)


def _own_body(message: Message, facts: Facts) -> Verdict | None:
    """Stop what has turned out to be about its reader's own body after it was written."""
    about = (facts.cases.get(message.case_id or 0), facts.leads.get(message.lead_id or 0))
    if any(each is not None and (message.person_id, each.concerns_id) in facts.kept_from for each in about):
        return Verdict("cancelled", "it is about the reader's own body")
    return None


def _case(message: Message, now: datetime, facts: Facts) -> Verdict | None:
    if message.case_id is None:
        return None
    case = facts.cases[message.case_id]
    if running_stage(case) is None:
        return Verdict("suppressed", "the case is closed")
    if message.kind in REMIND and not reminds(case, now):
        return Verdict("suppressed", "the case is on hold")
    if _of_an_earlier_owner(message, case):
        return Verdict("cancelled", "the case has another owner")
    said_of = message.params.get("due_on")
    if said_of and (case.due_at is None or case.due_at.astimezone(clock.BEIJING).date().isoformat() != said_of):
        return Verdict("cancelled", "the deadline was moved")
    return None


def _of_an_earlier_owner(message: Message, case: Case) -> bool:
    """Say whether a rung speaks to somebody as the owner who no longer is; the new one hears of the hand-over."""
    as_owner = message.kind in REMIND and message.params.get("role") == [OWNER] and not message.params.get(STANDING_IN)
    return as_owner and case.owner_id != message.person_id


def _report(message: Message, facts: Facts) -> Verdict | None:
    if message.report_id is None or message.kind not in REPORT_MUST_BE:
        return None
    report = facts.reports[message.report_id]
    if report.state in REPORT_MUST_BE[message.kind]:
        return None
    return Verdict("suppressed", f"the report is {report.state}")


def _lead(message: Message, facts: Facts) -> Verdict | None:
    if message.lead_id is None or message.kind not in OF_LEADS:
        return None
    lead = facts.leads[message.lead_id]
    if lead.state not in OPEN_LEAD:
        return Verdict("suppressed", "the lead is closed")
    role = message.params.get("role")
    to_its_officer = message.kind in {"lead_assigned", "lead_added"} or role == [OWNER]
    if to_its_officer and lead.officer_id != message.person_id and not message.params.get(STANDING_IN):
        return Verdict("cancelled", "the lead has another officer")
    said_of = message.params.get("due_on")
    if said_of and (lead.due_at is None or lead.due_at.astimezone(clock.BEIJING).date().isoformat() != said_of):
        return Verdict("cancelled", "the deadline was moved")
    return None


def _campaign(message: Message, facts: Facts) -> Verdict | None:
    """Stop what is told of a campaign that stands elsewhere by now: frozen anew, returned, resumed, over."""
    if message.kind not in ABOUT_CAMPAIGNS:
        return None
    campaign = facts.told_about.get(str(message.params.get(CAMPAIGN, "")))
    stands = campaign is not None and campaign.state == CAMPAIGN_MUST_BE[message.kind]
    if campaign is not None and stands and message.params.get(SINCE) == campaign.state_since.isoformat():
        return None
    return Verdict("cancelled", "the campaign stands elsewhere by now")


def _quiet(messages: Sequence[Message], now: datetime, facts: Facts) -> Verdict | None:
    ends = [quiet_until(now, *quiet_hours(message, facts)) for message in messages]
    until = max((end for end in ends if end is not None), default=None)
    return Verdict("ready", "quiet hours", until) if until else None


def quiet_hours(message: Message, facts: Facts) -> tuple[time, time]:
    """Return begin and end of the hours in which this message does not leave: those of its round."""
    if message.case_id is not None:
        return settings.quiet_hours(facts.cases[message.case_id].round)
    if message.report_id is not None:
        return settings.quiet_hours(facts.reports[message.report_id].round)
    if message.lead_id is not None:
        return settings.quiet_hours(facts.leads[message.lead_id].round)
    if message.kind in ABOUT_CAMPAIGNS:
        campaign = facts.told_about.get(str(message.params.get(CAMPAIGN, "")))
        return DEFAULT_QUIET if campaign is None else settings.quiet_hours(campaign.round)
    return DEFAULT_QUIET
