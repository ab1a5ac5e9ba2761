"""What the office says about a lead: to its reporter, and to whoever sent it down. Each reply stops its clock."""

from casework import clock
from casework.errors import N_, Conflict, Invalid
from casework.leads.models import Lead, LeadTalk
from casework.leads.queries import ADDITION, ANSWER, QUESTION, UPWARD
from casework.operations.lead_steps import note_step
from casework.operations.permit_lead import permit_lead
from casework.operations.retime_lead import retime_lead
from workflows.access import Actor
from workflows.lead import OPEN

LONGEST = 20_000


def ask_reporter(lead: Lead, *, words: str, actor: Actor) -> LeadTalk:
    """Ask the reporter something; they find it with their receipt code. It is no reply: the clock goes on.

    `Conflict` for a lead that is closed, and for one without a receipt: nobody would read the question.
    """
    permit_lead(actor, "lead:reply", lead)
    if lead.state not in OPEN:
        raise Conflict(
            N_("线索 %(number)s 已办结、不予受理或已并案，不再提问；如需继续核实，请先重新打开。"),
            code="closed",
            params={"number": lead.number},
        )
    if lead.receipt_hash is None:
        raise Conflict(
            N_("线索 %(number)s 的反映人没有回执码，看不到问题，没有提问；请按来件的方式联系反映人。"),
            code="no_receipt",
            params={"number": lead.number},
        )
    return _say(lead, QUESTION, "ask", words=words, actor=actor)


def answer_reporter(lead: Lead, *, words: str, actor: Actor) -> LeadTalk:
    """Tell the reporter how things stand; the first time stops the clock of the first reply."""
    permit_lead(actor, "lead:reply", lead)
    said = _say(lead, ANSWER, "reply", words=words, actor=actor)
    lead.first_reply_at = lead.first_reply_at or clock.now()
    retime_lead(lead)
    return said


def reply_upward(lead: Lead, *, words: str, actor: Actor) -> LeadTalk:
    """Note what was replied to whoever sent the lead down; the first time stops the clock of that reply.

    Where nobody but the sender can be answered, it is the first reply too. `Conflict` when nobody waits for one.
    """
    permit_lead(actor, "lead:reply", lead)
    if lead.reply_upward_by is None:
        raise Conflict(
            N_("线索 %(number)s 的来源渠道不要求回复上级，来函也没有写明回复期限，没有登记。"),
            code="nobody_waits",
            params={"number": lead.number},
        )
    said = _say(lead, UPWARD, "reply_upward", words=words, actor=actor)
    lead.replied_upward_at = lead.replied_upward_at or clock.now()
    if lead.reporter is None and lead.receipt_hash is None:
        lead.first_reply_at = lead.first_reply_at or clock.now()
    retime_lead(lead)
    return said


def read_additions(lead: Lead, *, actor: Actor) -> int:
    """Mark what the reporter has added as read by somebody who works on leads; return how many were unread."""
    permit_lead(actor, "lead:reply", lead)
    unread = [talk for talk in lead.talks if talk.kind == ADDITION and talk.read_at is None]
    for talk in unread:
        talk.read_at = clock.now()
    return len(unread)


def _say(lead: Lead, kind: str, action: str, *, words: str, actor: Actor) -> LeadTalk:
    """Add one thing to what was said; the journal holds that it was said, and commits to the words."""
    if not words.strip() or len(words) > LONGEST:
        raise Invalid(N_("没有写内容，或内容超过20000字，没有保存。"), fields={"words": N_("请写1至20000字。")})
    said = LeadTalk(kind=kind, by_id=actor.id or None, words=words.strip())
    lead.talks.append(said)
    note_step(lead, action=action, actor=actor, words=words.strip())
    return said
