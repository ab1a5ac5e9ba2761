"""Persons, organisations, messages and the journal, as they are read."""

from marshmallow import fields

from casework import journal
from casework.api.schemas.cases import PlaceOut
from casework.api.schemas.fields import Answer, Choice, Flag, Moment, PageQuery, Query, page
from workflows.access import Level


class AppointmentOut(Answer):
    """A role that a person holds in an organisation."""

    role = fields.String(required=True)
    office = fields.String(required=True)
    organisation = fields.Nested(PlaceOut, required=True)
    since = fields.Date(required=True)
    until = fields.Date(allow_none=True, required=True)


class MeOut(Answer):
    """Whoever is asking."""

    ref = fields.String(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    appointments = fields.List(fields.Nested(AppointmentOut), required=True)
    actions = fields.List(fields.String(), required=True, metadata={"description": "what is granted anywhere at all"})
    unread = fields.Integer(required=True)


class OrganisationQuery(PageQuery):
    """Which organisations to list."""

    kind = Choice(tuple(Level), load_default=None)


class OrganisationOut(Answer):
    """A node of the tree."""

    code = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    short_code = fields.String(required=True)
    parent = fields.String(allow_none=True, required=True)


class MessageOut(Answer):
    """One message of one's own inbox."""

    ref = fields.String(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    body = fields.String(required=True)
    path = fields.String(required=True)
    created_at = Moment(required=True)
    read_at = Moment(allow_none=True, required=True)


class MessageQuery(PageQuery):
    """Which messages to list."""

    unread = Flag(load_default=False)


class ReadOut(Answer):
    """How many messages were not read before."""

    marked = fields.Integer(required=True)


class JournalQuery(Query):
    """Which chain to walk."""

    chain = Choice((journal.MAIN, journal.LOOKS), load_default=journal.MAIN)


class BreakOut(Answer):
    """A place where a chain does not hold."""

    seq = fields.Integer(required=True)
    reason = fields.String(required=True)


class JournalOut(Answer):
    """What walking a chain found."""

    organisation = fields.String(required=True)
    chain = fields.String(required=True)
    entries = fields.Integer(required=True)
    head = fields.String(required=True, metadata={"description": "the hash of the last link"})
    intact = fields.Boolean(required=True)
    breaks = fields.List(fields.Nested(BreakOut), required=True)


OrganisationPage = page("OrganisationPage", OrganisationOut)
MessagePage = page("MessagePage", MessageOut)
