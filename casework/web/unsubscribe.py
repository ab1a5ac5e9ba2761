"""The end of reminders by mail, reached from a mail: a page with a button, and the click of a mail program (RFC 8058).

Looking at the address changes nothing, because programs look at every link. No
token of a form is asked for: the mail program that clicks has none, and what
the signed address can do is all that a forged form could.
"""

from flask import Response

from casework.asking import reaching
from casework.doors.sessions import open_to_all
from casework.doors.unit import unit_of_work
from casework.intake.models import Record
from casework.operations.opt_out import end_by_link, reader_of_link
from casework.web.pages import page


@open_to_all
@reaching("records", why="a signed address names one reader")
def asked(token: str) -> Response:
    """Show the button."""
    graduate = isinstance(reader_of_link(token), Record)
    return page("own/unsubscribe.html", token=token, ended=False, graduate=graduate)


@open_to_all
@reaching("records", why="a signed address names one reader")
def ended(token: str) -> Response:
    """End reminders by mail, and say so; ending them twice changes nothing."""
    with unit_of_work():
        reader = reader_of_link(token)
        end_by_link(reader)
    return page("own/unsubscribe.html", token=token, ended=True, graduate=isinstance(reader, Record))
