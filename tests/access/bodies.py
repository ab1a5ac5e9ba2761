"""The bodies and people of the office in which every route is tried: a person for each role × relation.

Everything that is tried belongs to one university, `own`. Around it stand what is
above it (a province, the ministry), below it (two colleges), beside it (another
university of the province with a college, another province) and the discipline
bodies. A person is named `role@body`.
"""

from dataclasses import dataclass, field

from casework.operations.api_tokens import make_token
from casework.people.models import Organisation, Person
from tests.casework.factories import appoint, make_organisation, make_person
from workflows.access import SYSTEM, Role
from workflows.token_scopes import SCOPES

SEATED = tuple(role for role in Role if role is not Role.DISCIPLINE_OFFICER)
BODIES = {
    "ministry": ("ministry", None),
    "province": ("province", "ministry"),
    "own": ("university", "province"),
    "college": ("college", "own"),
    "other_college": ("college", "own"),
    "own_discipline": ("discipline", "own"),
    "province_discipline": ("discipline", "province"),
    "beside": ("university", "province"),
    "college_beside": ("college", "beside"),
    "beside_discipline": ("discipline", "beside"),
    "far": ("province", "ministry"),
}
RELATIONS = {
    "own": "own",
    "college": "below",
    "other_college": "below, sideways",
    "own_discipline": "own",
    "province": "above",
    "province_discipline": "above",
    "ministry": "above",
    "beside": "sideways",
    "college_beside": "sideways",
    "beside_discipline": "sideways",
    "far": "sideways",
}
"""How each body stands to the university whose things are tried."""
OFFICES = {
    "own": SEATED,
    "province": SEATED,
    "beside": SEATED,
    "ministry": (Role.SUPERVISOR, Role.LEAD_OFFICER, Role.ADMINISTRATOR),
    "far": (Role.SUPERVISOR, Role.LEAD_OFFICER),
    **{body: (Role.INVESTIGATOR,) for body, (kind, _) in BODIES.items() if kind == "college"},
    **{body: (Role.DISCIPLINE_OFFICER,) for body, (kind, _) in BODIES.items() if kind == "discipline"},
}
BOTH, NOBODY = "both@own", "nobody@nowhere"


@dataclass
class Staff:
    """Bodies by name, people by `role@body`, and the token of each."""

    bodies: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def person(self, role: Role, body: str) -> Person:
        """Return who holds a role in a body."""
        return self.people[f"{role.value}@{body}"]


def make_staff() -> Staff:
    """Make the bodies, a person for each role in each, one with two offices, one with none, and their tokens."""
    made = Staff()
    for name, (kind, parent) in BODIES.items():
        made.bodies[name] = make_organisation(f"机构{name}", kind, made.bodies[parent] if parent else None)
    for body, roles in OFFICES.items():
        for role in roles:
            made.people[f"{role.value}@{body}"] = make_person(role.value, made.bodies[body])
    made.people[BOTH] = make_person(Role.LEAD_OFFICER.value, made.bodies["own"])
    appoint(made.people[BOTH], Role.DISCIPLINE_OFFICER.value, made.bodies["province_discipline"])
    made.people[NOBODY] = make_person()
    made.tokens = {
        name: make_token(person, name="tests", actor=SYSTEM, scopes=tuple(SCOPES))
        for name, person in made.people.items()
    }
    return made
