"""Show a receipt code once: whoever asks for the page again is told that it was shown, and not the code.

The moment is kept with the lead and not in the browser, so that a page that is
loaded anew, a copied address or a second click shows nothing, while a report
whose answer was lost on the way can still be asked for its code.
"""

from sqlalchemy import update

from casework import clock
from casework.db import affected, db
from casework.leads.models import Lead


def show_code(lead: Lead) -> bool:
    """Say whether this is the first time that the code of a lead is shown; of two at one moment one is the first."""
    unseen = update(Lead).where(Lead.id == lead.id, Lead.code_shown_at.is_(None))
    first = affected(unseen.values(code_shown_at=clock.now()).execution_options(synchronize_session=False)) == 1
    db.session.expire(lead, ["code_shown_at"])
    return first
