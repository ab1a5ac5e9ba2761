"""Sign-in by CAS, protocol 3.0: a ticket in the address, asked about once at the server that gave it.

CAS knows no state, so the service address carries one of ours: a ticket that
somebody else fetched does not fit the session of whoever is made to open it.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from casework.doors.elsewhere.calls import OK, ask
from casework.doors.elsewhere.cas_answers import read
from casework.doors.elsewhere.provider_settings import Cas
from casework.doors.elsewhere.vouching import Vouched, not_believed

PROVIDER = "cas"
STATE = "state"
_TICKET = re.compile(r"ST-[A-Za-z0-9._-]{1,256}")
LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Server:
    """One CAS server."""

    settings: Cas

    def begin(self, *, back: str) -> tuple[str, str]:
        """Return where somebody signs in over there, and the state that must come back with them."""
        state = secrets.token_urlsafe(24)
        return f"{self.settings.url}/login?{urlencode({'service': _service(back, state)})}", state

    def finish(self, answer: Mapping[str, str], *, state: str, back: str) -> Vouched:
        """Return whom the server vouches for; raises the sentence of whatever is wrong."""
        if not hmac.compare_digest(answer.get(STATE, "").encode(), state.encode()):
            raise not_believed("other_state")
        ticket = answer.get("ticket", "")
        if not ticket:
            raise not_believed("denied")
        if not _TICKET.fullmatch(ticket):
            raise not_believed("ticket")
        asked = {"service": _service(back, state), "ticket": ticket, "format": "XML"}
        said = ask(f"{self.settings.url}/p3/serviceValidate?{urlencode(asked)}")
        if said.status != OK:
            raise not_believed("answer")
        found = read(said.body)
        if found is None:
            raise not_believed("ticket")
        if not found.user or len(found.user) > LONGEST_SUBJECT:
            raise not_believed("answer")
        named = found.attributes.get(self.settings.attribute, ("",)) if self.settings.attribute else (found.user,)
        login = named[0]
        if not login:
            raise not_believed("no_login")
        strong = self.settings.strong & set(found.attributes.get(self.settings.strong_attribute, ()))
        return Vouched(PROVIDER, found.user, login, bool(strong), proof=ticket)

    def leaving(self, *, back: str) -> str:
        """Return where the session over there is ended."""
        return f"{self.settings.url}/logout?{urlencode({'service': back})}"


def _service(back: str, state: str) -> str:
    return f"{back}?{urlencode({STATE: state})}"
