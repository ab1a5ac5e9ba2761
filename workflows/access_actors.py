"""Who acts: a person with appointments, or the system itself.

The level of an appointment comes from its organisation, never from the role: a
supervisor of a province is a supervisor whose organisation is a province.
"""

from dataclasses import dataclass
from enum import StrEnum

from workflows.errors import N_


class Role(StrEnum):
    """What a person is appointed to do."""

    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    LEAD_OFFICER = "lead_officer"
    VICE_LEADER = "vice_leader"
    PARTY_LEADER = "party_leader"
    ADMIN_LEADER = "admin_leader"
    DISCIPLINE_OFFICER = "discipline_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The word on the page."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.INVESTIGATOR: N_("核查员"),
    Role.SUPERVISOR: N_("就业部门负责人"),
    Role.LEAD_OFFICER: N_("线索专员"),
    Role.VICE_LEADER: N_("分管领导"),
    Role.PARTY_LEADER: N_("党委主要负责同志"),
    Role.ADMIN_LEADER: N_("行政主要负责同志"),
    Role.DISCIPLINE_OFFICER: N_("纪检人员"),
    Role.AUDITOR: N_("审计员"),
    Role.ADMINISTRATOR: N_("系统管理员"),
}


class Level(StrEnum):
    """Where an organisation stands."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    UNIVERSITY = "university"
    COLLEGE = "college"
    DISCIPLINE = "discipline"


@dataclass(frozen=True)
class Appointment:
    """A role in an organisation; `path` holds the organisation's ids from the root down to and including itself."""

    role: Role
    organisation_id: int
    organisation_kind: str
    path: tuple[int, ...]
    university_id: int | None = None
    college_id: int | None = None

    def __post_init__(self) -> None:
        if not self.path or self.path[-1] != self.organisation_id:
            raise ValueError("The path of an appointment ends with its own organisation.")
        if self.level in (Level.COLLEGE, Level.DISCIPLINE) and len(self.path) < 2:  # noqa: PLR2004 - itself and a parent
            raise ValueError("A college or a discipline body stands under another organisation.")
        if self.level is Level.COLLEGE and self.college_id is None:
            raise ValueError("An appointment in a college names the college.")

    @property
    def level(self) -> Level:
        """The level of the organisation."""
        return Level(self.organisation_kind)

    @property
    def seat_id(self) -> int:
        """The organisation whose work this is: a college's and a discipline body's work is that of the one above."""
        if self.level in (Level.COLLEGE, Level.DISCIPLINE):
            return self.path[-2]
        return self.organisation_id


@dataclass(frozen=True)
class Actor:
    """Somebody who asks; ids of persons are positive."""

    id: int
    name: str
    appointments: tuple[Appointment, ...] = ()

    @property
    def bodies(self) -> frozenset[int]:
        """The organisations to which this person belongs: what is about one of them is kept from them everywhere."""
        held = {each.organisation_id for each in self.appointments}
        return frozenset(held | {each.seat_id for each in self.appointments if each.level is Level.COLLEGE})


SYSTEM = Actor(id=0, name=N_("系统"))
"""What follows from facts is done by nobody: rules compare with `is`, so that no account can pose as it."""
