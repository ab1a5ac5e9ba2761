"""Show the words of a lead with the identity and mobile numbers that every page hides; each look leaves its trace."""

from casework.errors import N_
from casework.leads.models import Lead
from casework.leads.veiling import hidden_in
from casework.operations.note_lead_look import note_lead_look
from workflows.access import Actor

NO_REASON = N_("请写明查看完整原文的理由，没有显示。")


def look_at_words(lead: Lead, *, actor: Actor, reason: str) -> tuple[str, ...]:
    """Return every text of a lead in which a number is hidden, whole; the look stands in the journal first.

    It takes the right to see who reported: the number in a text is more often theirs than anybody else's.
    """
    note_lead_look(lead, "lead:words", actor=actor, reason=reason, refusal=NO_REASON)
    return tuple(text for text in texts_of(lead) if hidden_in(text))


def texts_of(lead: Lead) -> tuple[str, ...]:
    """Return what was written into a lead by anybody, in the order in which its page shows it."""
    about = (str(each) for values in lead.about.values() for each in values)
    talks = (talk.words for talk in lead.talks)
    steps = (step.words for step in lead.steps if step.words)
    return tuple(dict.fromkeys((lead.title, lead.content, *about, *talks, *steps)))
