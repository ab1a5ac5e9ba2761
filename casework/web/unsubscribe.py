"""The end of reminders by mail, reached from a mail: a page with a button, and the click of a mail program (RFC 8058).

Looking at the address changes nothing, because programs look at every link. No
token of a form is asked for: the mail program that clicks has none, and what
the signed address can do is all that a forged form could.
"""

from flask import Response

from casework.doors.sessions import open_to_all
from casework.doors.unit import unit_of_work
from casework.operations.opt_out import MAIL, opt_out, person_of_link
from casework.web.pages import page


@open_to_all
def asked(token: str) -> Response:
    """Show the button."""
    person_of_link(token)
    return page("own/unsubscribe.html", token=token, ended=False)


@open_to_all
def ended(token: str) -> Response:
    """End reminders by mail, and say so; ending them twice changes nothing."""
    with unit_of_work():
        opt_out(person_of_link(token), MAIL)
    return page("own/unsubscribe.html", token=token, ended=True)
