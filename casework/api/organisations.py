"""The organisations where one serves, with everything below them; and the journal of each, checked link by link."""

from sqlalchemy.orm import joinedload

from casework import journal
from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.people import JournalOut, JournalQuery, OrganisationOut, OrganisationPage, OrganisationQuery
from casework.db import db
from casework.doors.pages_of import page_of
from casework.doors.problems import translated
from casework.doors.sessions import current_actor
from casework.people.models import Organisation

organisations = Resource("organisations", "Organisations and their journals")


@organisations.operation("GET", "/organisations", query=OrganisationQuery, out=OrganisationPage)
def list_organisations(query: dict) -> object:
    """List the organisations where one serves, with everything below them."""
    known = seen.organisations(current_actor())
    wanted = known.options(joinedload(Organisation.parent))
    wanted = wanted.where(Organisation.kind == query["kind"]) if query["kind"] else wanted
    found = page_of(wanted, known=known, name=Organisation.code, after=query["after"], limit=query["limit"])
    return {"items": [_shown(each) for each in found.items], "next": found.next}


@organisations.operation("GET", "/organisations/<name:code>", query=Query, out=OrganisationOut)
def read_organisation(_query: dict, code: str) -> object:
    """Read one organisation."""
    wanted = seen.organisations(current_actor()).where(Organisation.code == code)
    found: Organisation | None = db.session.scalars(wanted).one_or_none()
    return _shown(found or seen.no_organisation(code))


@organisations.operation("GET", "/organisations/<name:code>/journal", query=JournalQuery, out=JournalOut)
def verify_journal(query: dict, code: str) -> object:
    """Walk a chain of the journal from its first link and say whether it holds."""
    organisation = seen.organisation(code, current_actor(), "journal:verify")
    breaks = list(journal.verify(organisation.id, query["chain"]))
    entries, head = journal.head(organisation.id, query["chain"])
    return {
        "organisation": organisation.code,
        "chain": query["chain"],
        "entries": entries,
        "head": head,
        "intact": not breaks,
        "breaks": [{"seq": each.seq, "reason": translated(each.reason, each.params)} for each in breaks],
    }


def _shown(organisation: Organisation) -> dict[str, object]:
    own = {name: getattr(organisation, name) for name in ("code", "kind", "name", "short_code")}
    return own | {"parent": organisation.parent.code if organisation.parent else None}
