"""What lies in the phones of the demonstration: the last messages that the simulator has carried to graduates.

Only a demonstration has this page, where everybody is invented: in it one can
play a graduate, open the link and read the code that came.
"""

import re

from flask import Response, render_template

from casework.doors.sessions import open_to_all
from casework.errors import N_, NotFound
from casework.web.pages import settings
from notifications.channels.simulator import Simulator

LATEST, SHOWN = 200, 20
CODE = "identity_code"
KINDS = frozenset({"confirm_reminder", CODE})
LINK = re.compile(r"/c/[0-9A-Z]{16}")


@open_to_all
def phones() -> Response:
    """Show the newest messages to graduates, each with its link."""
    if not settings().demo:
        raise NotFound(N_("没有这个页面。"))
    lines = [line for line in Simulator(settings().carrier_log).latest(count=LATEST) if line["kind"] in KINDS]
    first = sorted(lines, key=lambda line: line["kind"] != CODE)  # a code waits for somebody at this moment
    told = [(line["recipient"], line["words"], _path(line["words"])) for line in first[:SHOWN]]
    return Response(render_template("public/demo_phones.html", told=told), mimetype="text/html")


def _path(words: str) -> str:
    found = LINK.search(words)
    return found[0] if found else ""
