"""Say on every file that leaves the house who took it, when and what for; the journal knows the same mark.

In a table the mark is its last column, under a heading of its own: a line before
the head would break whatever reads the first line as the names of the columns,
and a line at the end is lost with the first sorting. A column goes with every
row wherever it is copied, and who reads columns by name does not notice it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from casework import clock, journal
from casework.db import db, new_ref
from casework.errors import N_, Invalid
from casework.people.models import Person
from workflows.access import SYSTEM, Actor

COLUMN = "导出标记"
LONGEST = 200
PURPOSES = {
    "signing": N_("签字前核对"),
    "filing": N_("备案报送"),
    "inspection": N_("上级检查或巡视"),
    "archive": N_("归档"),
    "legal": N_("依法向司法或纪检机关提供"),
}
"""What complete records may be taken for: words of a list, because the address of a download names one."""


@dataclass(frozen=True)
class Mark:
    """Whose copy this is: its ref stands in the journal's entry about the export."""

    ref: str
    who: str
    login: str
    at: str
    purpose: str

    @property
    def words(self) -> str:
        """Return the line that people read."""
        return f"导出编号{self.ref}　{self.who}（{self.login}）　{self.at}　用途：{self.purpose}"

    @property
    def nameless(self) -> str:
        """Return the line for a file in which nobody may be named: the journal knows whose ref it is."""
        return f"导出编号{self.ref}　{self.at}　用途：{self.purpose}"

    @property
    def plain(self) -> str:
        """Return the line in letters that every typeface has."""
        login = self.login.encode("ascii", "replace").decode()
        return f"EXPORT {self.ref} {login} {self.at} (UTC+8)"


def mark_of(actor: Actor, *, purpose: str) -> Mark:
    """Return a fresh mark for a file that this person takes now; raise `Invalid` where it is not said what for."""
    if not purpose.strip():
        raise Invalid(N_("请写明导出的用途，没有导出。"), fields={"reason": N_("必填。")})
    person = None if actor is SYSTEM else db.session.get(Person, actor.id)
    at = f"{clock.now().astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"
    who, login = (person.name, person.login) if person else ("系统", "-")
    return Mark(new_ref(), who, login, at, " ".join(purpose.split())[:LONGEST])


def note_export(
    mark: Mark, *, action: str, organisation_id: int, subject: str, actor: Actor, facts: Mapping[str, object]
) -> None:
    """Journal that a file was taken: `facts` say how much is in it, and nothing of what is in it."""
    journal.record(
        organisation_id=organisation_id,
        action=action,
        actor=str(actor.id),
        subject=subject,
        facts={**facts, "mark": mark.ref},
        personal={"reason": mark.purpose},
        chain=journal.LOOKS,
    )
