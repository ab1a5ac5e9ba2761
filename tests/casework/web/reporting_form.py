"""Somebody at the public form: fills in a screen, goes through all of them, reads what they find there."""

import re
from datetime import timedelta
from io import BytesIO

from casework import clock
from tests.casework.notices.office import OPENED

ANSWERS = {
    "about": {"kind": "conduct"},
    "conduct": {"violations": ["N1", "T2"]},
    "school": {"school": "LC"},
    "what": {"what": "辅导员要求全班签三方协议。"},
    "where": {"when": "6月下旬", "place": "学院办公室"},
    "who": {"concerns": "others", "who": "会计一班"},
    "files": {"act": "next"},
    "contact": {"named": "no"},
}
"""What a plain report answers on each screen."""
ENOUGH = timedelta(minutes=5)
SENT = "/report/sent"
"""Where a report that was sent leads to: the page with its code."""
CODE = re.compile(r"<b>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</b>")
SEALED = re.compile(r'name="code" value="([^"]+)"')


def words_of(answer):
    """Return what a person reads on a page."""
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.text))


class Reporter:
    """A browser at the public form; `at` is what its clock and ours say."""

    def __init__(self, app, *, at=OPENED):
        self.browser, self.at = app.test_client(), at

    def get(self, address, **more):
        with clock.stopped_at(self.at):
            return self.browser.get(address, **more)

    def post(self, address, data=None, **more):
        with clock.stopped_at(self.at):
            return self.browser.post(address, data=data or {}, **more)

    def fill_in(self, **changed):
        """Answer every screen that is asked, and return where each led."""
        answers = {name: changed.get(name, given) for name, given in ANSWERS.items()}
        if answers["about"]["kind"] != "conduct":
            del answers["conduct"]
        return [self.post(f"/report/{name}", given).headers.get("Location") for name, given in answers.items()]

    def upload(self, content, *, name="a.jpg", address="/report/files", **more):
        return self.post(address, {"file": (BytesIO(content), name), "act": "add", **more})

    def ticket(self):
        return SEALED.search(self.get("/report/check").text)[1]

    def send(self, ticket=None, **more):
        """Send the report after a few minutes of writing."""
        ticket = ticket or self.ticket()
        self.at += ENOUGH
        answer = self.post("/report/send", {"code": ticket, **more})
        return self.get(SENT) if answer.headers.get("Location") == SENT else answer

    def report(self, **changed):
        """Fill in everything, send it, and return the code."""
        self.fill_in(**changed)
        return CODE.search(self.send().text)[1]

    def open(self, code):
        return self.post("/receipt/open", {"code": code})
