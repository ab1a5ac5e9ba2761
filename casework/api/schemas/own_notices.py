"""How somebody is told: ways, addresses, leave and stand-in, as they are read and set."""

from marshmallow import fields

from casework.api.schemas.cases import PersonOut
from casework.api.schemas.fields import Answer, Day, Flag, Name, Strict, Text


class WayOut(Answer):
    """One way to a person."""

    channel = fields.String(required=True)
    label = fields.String(required=True)
    address = fields.String(required=True, metadata={"description": "a mobile number is masked; empty: leads nowhere"})
    muted = fields.Boolean(required=True, metadata={"description": "no reminders; escalations go on"})
    mutable = fields.Boolean(required=True)
    faulty = fields.Boolean(required=True, metadata={"description": "the address has refused a message"})


class LeaveOut(Answer):
    """Until when somebody is away, and who hears in the meantime."""

    until = fields.Date(allow_none=True, required=True)
    stand_in = fields.Nested(PersonOut, allow_none=True, required=True)


class NoticesOut(Answer):
    """How whoever asks is told."""

    ways = fields.List(fields.Nested(WayOut), required=True)
    leave = fields.Nested(LeaveOut, required=True)
    colleagues = fields.List(
        fields.Nested(PersonOut), required=True, metadata={"description": "who could stand in; none if above 300"}
    )
    standing_in_for = fields.List(fields.Nested(PersonOut), required=True)
    calendar = fields.Boolean(required=True, metadata={"description": "a calendar may be subscribed to"})


class OwnAddressesIn(Strict):
    """Addresses to set; an empty one is removed, one that is not named stays."""

    mobile = Text(most=30)
    wecom = Text(most=64)


class AddressesIn(OwnAddressesIn):
    """Addresses that an administrator sets for somebody."""

    email = Text(most=200)


class ChangedOut(Answer):
    """Which addresses are other ones now."""

    changed = fields.List(fields.String(), required=True)


class MutingIn(Strict):
    """Whether reminders come by a channel."""

    channel = Name(required=True, metadata={"description": "as in `ways`; `sms` for every provider of SMS"})
    muted = Flag(required=True)


class MutingOut(Answer):
    """Whether that is new."""

    changed = fields.Boolean(required=True)


class LeaveIn(Strict):
    """Leave; `until` null says that the person is back."""

    until = Day(required=True, allow_none=True)
    stand_in = Name(load_default=None, allow_none=True, metadata={"description": "ref of a colleague of one office"})


class CalendarOut(Answer):
    """The address of a calendar, told this once."""

    url = fields.String(required=True)


class LeaveOfOut(LeaveOut):
    """One person's leave."""

    person = fields.Nested(PersonOut, required=True)


class LeavesOut(Answer):
    """Who is on leave today among those whose leave this person may register."""

    items = fields.List(fields.Nested(LeaveOfOut), required=True)
    next = fields.String(allow_none=True, required=True)
