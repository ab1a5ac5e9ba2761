"""What a lead waits for that its own officer cannot give alone, in sentences: a second person, the last replies."""

from collections.abc import Iterable
from dataclasses import dataclass

from casework.cases.lead_facts import is_ready, lead_facts
from casework.errors import N_
from casework.leads.models import Lead
from casework.operations.second_person import SecondPeople, second_people
from casework.people.models import Person
from casework.web.wording import said
from workflows.access import Actor
from workflows.engine import Words
from workflows.lead import LeadState

NAMED = 3
"""People that a sentence names."""


@dataclass(frozen=True)
class Note:
    """A sentence above the lead or its form; `warns` where somebody has to see to it first."""

    words: str
    warns: bool = False


def before_declining(lead: Lead, actor: Actor) -> Note:
    """Return who will have to confirm what this person is about to propose."""
    found = second_people(lead, proposer_id=actor.id)
    if found.nobody:
        return _nobody(
            lead,
            found,
            N_(
                "现在没有人可以确认：除您以外，%(body)s及其上级没有在岗的线索专员。提出以后线索会停在“拟不予受理”，期限照计。"
                "请先联系系统管理员%(people)s，为%(body)s另行指定一名线索专员。"
            ),
        )
    if found.here:
        return Note(said(N_("提出以后由%(people)s确认，您自己不能确认。"), {"people": _names(found.here)}))
    return Note(
        said(
            N_("本单位除您以外没有在岗的线索专员，提出以后只能由上级的%(people)s确认；在此之前期限照计，请事先联系。"),
            {"people": _names(found.above)},
        ),
        warns=True,
    )


def while_declining(lead: Lead, actor: Actor) -> Note:
    """Return who has to confirm what was proposed, and who must be appointed where nobody can."""
    found = second_people(lead, proposer_id=lead.declined_by_id)
    if found.nobody:
        return _nobody(
            lead,
            found,
            N_(
                "没有人可以确认这条线索的不予受理：除提出人以外，%(body)s及其上级没有在岗的线索专员，期限照计。"
                "请系统管理员%(people)s为%(body)s另行指定一名线索专员；或选择“不同意，转入办理”。"
            ),
        )
    people = {"people": _names(found.here or found.above)}
    if lead.declined_by_id == actor.id:
        return Note(said(N_("不予受理由您提出，须另一人确认：%(people)s。确认以前期限照计。"), people))
    return Note(said(N_("等待提出人以外的线索专员确认或退回：%(people)s。"), people))


def notes(lead: Lead, actor: Actor) -> list[Note]:
    """Return what the page of a lead says above everything else, nothing for one on which its officer works."""
    if lead.state == LeadState.DECLINING:
        return [while_declining(lead, actor)]
    facts = lead_facts(lead)
    if not is_ready(facts):
        return []
    if facts.owes_upward:
        return [Note(said(N_("关联案件均已复核通过。请先回复上级并登记，再办结并答复反映人。")), warns=True)]
    return [Note(said(N_("关联案件均已复核通过。请写明结果，办结并答复反映人。")), warns=True)]


def _nobody(lead: Lead, found: SecondPeople, sentence: str) -> Note:
    who = {"body": lead.organisation.name, "people": _names(found.appointing)}
    return Note(said(sentence, who), warns=True)


def _names(people: Iterable[Person]) -> Words:
    return Words(each.name for each in list(people)[:NAMED])
