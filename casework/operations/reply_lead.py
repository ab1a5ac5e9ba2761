"""What the office says about a lead: to its reporter, and to whoever sent it down.

The first answer to the reporter stops the clock of the first reply. Upward, only the
last word stops the clock: a reply on how it stands is noted and the clock goes on.
"""

from collections.abc import Mapping

from casework import clock
from casework.cases.lead_facts import lead_facts
from casework.errors import N_, Conflict, Invalid
from casework.leads.models import Lead, LeadTalk
from casework.leads.queries import ADDITION, ANSWER, INTERIM, QUESTION, UPWARD, merged_leads
from casework.operations.lead_steps import note_step
from casework.operations.permit_lead import permit_lead
from casework.operations.retime_lead import retime_lead
from workflows.access import Actor
from workflows.errors import Refused
from workflows.lead import OPEN, final_reply_refusals

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
    """Tell the reporter how things stand, and the reporters of the leads that were merged into this one.

    The first time stops the clock of the first reply. Each lead keeps what was said to its reporter when it is parted.
    """
    permit_lead(actor, "lead:reply", lead)
    said = _say(lead, ANSWER, "reply", words=words, actor=actor)
    lead.first_reply_at = lead.first_reply_at or clock.now()
    for merged in merged_leads(lead):
        _say(merged, ANSWER, "reply", words=words, actor=actor, facts={"of": lead.number})
        merged.first_reply_at = merged.first_reply_at or clock.now()
    retime_lead(lead)
    return said


def reply_upward(lead: Lead, *, words: str, actor: Actor) -> LeadTalk:
    """Note the last word to whoever sent the lead down; the first time stops the clock of that reply.

    Where nobody but the sender can be answered, it is the first reply too. `Conflict` when nobody waits for one,
    `Refused` while the lead is not taken on or a linked case not through its review.
    """
    permit_lead(actor, "lead:reply", lead)
    _refuse_where_nobody_waits(lead)
    refusals = final_reply_refusals(lead_facts(lead))
    if refusals:
        raise Refused(*refusals)
    said = _say(lead, UPWARD, "reply_upward", words=words, actor=actor)
    lead.replied_upward_at = lead.replied_upward_at or clock.now()
    _note_first_to_sender(lead)
    retime_lead(lead)
    return said


def report_upward(lead: Lead, *, words: str, actor: Actor) -> LeadTalk:
    """Note what was replied upward on the way, before the lead is decided: the clock of the last word goes on.

    Where nobody but the sender can be answered, it is the first reply. `Conflict` when nobody waits for one, or
    when the last word was given already.
    """
    permit_lead(actor, "lead:reply", lead)
    _refuse_where_nobody_waits(lead)
    if lead.replied_upward_at is not None:
        raise Conflict(
            N_("线索 %(number)s 已登记对上级的办结答复，不再登记阶段性答复。"),
            code="final_given",
            params={"number": lead.number},
        )
    said = _say(lead, INTERIM, "report_upward", words=words, actor=actor)
    _note_first_to_sender(lead)
    retime_lead(lead)
    return said


def _refuse_where_nobody_waits(lead: Lead) -> None:
    if lead.reply_upward_by is None:
        raise Conflict(
            N_("线索 %(number)s 的来源渠道不要求回复上级，来函也没有写明回复期限，没有登记。"),
            code="nobody_waits",
            params={"number": lead.number},
        )


def _note_first_to_sender(lead: Lead) -> None:
    """Stop the clock of the first reply too where there is nobody else to be answered."""
    if lead.reporter is None and lead.receipt_hash is None:
        lead.first_reply_at = lead.first_reply_at or clock.now()


def read_additions(lead: Lead, *, actor: Actor) -> int:
    """Mark what the reporter has added as read by somebody who works on leads; return how many were unread."""
    permit_lead(actor, "lead:reply", lead)
    unread = [talk for talk in lead.talks if talk.kind == ADDITION and talk.read_at is None]
    for talk in unread:
        talk.read_at = clock.now()
    return len(unread)


def _say(
    lead: Lead, kind: str, action: str, *, words: str, actor: Actor, facts: Mapping[str, object] | None = None
) -> LeadTalk:
    """Add one thing to what was said; the journal holds that it was said, and commits to the words."""
    if not words.strip() or len(words) > LONGEST:
        raise Invalid(N_("没有写内容，或内容超过20000字，没有保存。"), fields={"words": N_("请写1至20000字。")})
    said = LeadTalk(kind=kind, by_id=actor.id or None, words=words.strip())
    lead.talks.append(said)
    note_step(lead, action=action, actor=actor, words=words.strip(), facts=facts)
    return said
