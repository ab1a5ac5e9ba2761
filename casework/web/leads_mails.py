"""The mails of the report mailbox that became no lead, with the reason beside each.

Nothing of a mail is kept but its hash and its place, so the page says where to look.
"""

from flask import Response

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, NotFound
from casework.leads.mailbox import mailbox_of
from casework.leads.unread_mails import unread_mails
from casework.operations.permit import permit
from casework.people.queries import get_organisation
from casework.web.pages import page, settings

SHOWN = 100


@signed_in
def mails() -> Response:
    """Show the newest ones to whoever takes leads in where the mailbox belongs."""
    mailbox = mailbox_of(settings().lead_mailbox)
    if mailbox is None:
        raise NotFound(N_("没有设置线索邮箱。如需由系统收取邮件，请联系系统管理员。"))
    permit(current_actor(), "lead:intake", organisation=get_organisation(mailbox.organisation))
    return page("leads/mails.html", mailbox=mailbox.name, mails=unread_mails(mailbox.name, limit=SHOWN), most=SHOWN)
