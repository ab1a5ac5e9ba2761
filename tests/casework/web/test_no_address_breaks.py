"""No address, no question and no form makes a fault of ours, whatever stands in it.

The table is made from the routes themselves: the pages are walked through as
several people, link by link; then every part of every address, every parameter
that a page asks for and every field of every form gets its share of rubbish.
"""

import re
from collections import defaultdict
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException

from casework.db import db
from casework.people.models import Person
from casework.web.routes import ROUTES
from tests.casework.full_office import make_full_office
from tests.casework.rubbish import DAYS, HEADERS, LONG, NUMBERS, ONCE, PARTS, QUESTIONS, WORDS
from tests.casework.web.forms_of import offered_by
from tests.casework.web.visitor import browser_of

EXAMPLES = 5  # a case, or a lead, offers other forms in every state and to everybody
MANIFOLD = {("web.case", ()), ("web.lead", ())}
RULES = {f"web.{endpoint}": (rule, methods) for rule, endpoint, _, methods in ROUTES}
STARTS = [rule for rule, methods in RULES.values() if "GET" in methods and "<" not in rule]
OUR_FAULT = 500
SPECIAL = ("_anchor", "_scheme", "_method", "_external", "endpoint")  # names that mean something to `url_for`


class Asked(ImmutableMultiDict):
    """What came with a request; it remembers which names the page asked for."""

    names: set[str] = set()  # noqa: RUF012 - one memory for all

    def get(self, key, *rest, **more):
        self.names.add(key)
        return super().get(key, *rest, **more)

    def getlist(self, key, *rest, **more):
        self.names.add(key)
        return super().getlist(key, *rest, **more)


class Walk:
    """What several people could open: for each kind of address those who opened it, where, and the forms there."""

    def __init__(self, app, people, share):
        self.app, self.people, self.share = app, people, share
        self.urls = app.url_map.bind("localhost")
        self.opened, self.forms, self.asked, self.faults = {}, {}, defaultdict(set), {}
        for role in people:
            self._walk(role)

    def browser(self, role):
        """Return somebody's browser, signed in anew: what was sent before may have ended the session."""
        db.session.rollback()
        db.session.expire_all()
        return browser_of(self.app, db.session.get(Person, self.people[role]))

    def kind(self, address, method="GET"):
        """Return what an address is an example of, None where there is no page: the endpoint with its fixed words."""
        try:
            endpoint, given = self.urls.match(urlsplit(address).path, method)
        except HTTPException:
            return None
        words = tuple(given[name] for name in ("verb", "what", "kind") if name in given)
        return (endpoint, words) if endpoint in RULES else None

    def _walk(self, role):
        browser, waiting, seen, counted = self.browser(role), list(STARTS), set(), defaultdict(int)
        while waiting:
            address = waiting.pop(0)
            kind = self.kind(address)
            known = counted[kind] >= EXAMPLES if kind in MANIFOLD else kind in self.opened and address not in STARTS
            if kind is None or address in seen or known:
                continue
            seen.add(address)
            counted[kind] += 1
            Asked.names.clear()
            answer = browser.get(address)
            if answer.status_code >= OUR_FAULT:
                self.faults[address, role] = answer.status_code
            if answer.status_code == 200:
                self.opened.setdefault(kind, (role, address))
                self.asked[kind] |= Asked.names
            if answer.mimetype == "text/html":
                links, forms = offered_by(address, answer.text)
                waiting += [link.split("#")[0] for link in links]
                for form in forms:
                    self.forms.setdefault((self.kind(form.action, "POST"), *sorted(form.fields)), (role, form))


@pytest.fixture
def walk(app, settings, share):
    app.request_class.parameter_storage_class = Asked
    yield Walk(app, make_full_office(settings), share)
    app.request_class.parameter_storage_class = ImmutableMultiDict


def examples(walk):
    """Yield an address of every rule with somebody who could open it, or send a form to it, and its parts."""
    found = {kind[0]: opened for kind, opened in walk.opened.items()}
    for (kind, *_), (role, form) in walk.forms.items():
        if kind is not None:
            found.setdefault(kind[0], (role, form.action))
    for endpoint, (rule, methods) in RULES.items():
        role, address = found.get(endpoint, ("supervisor", re.sub("<[^>]+>", "x", rule)))
        parts = walk.urls.match(urlsplit(address).path, methods[0])[1]
        yield rule, methods, role, parts


def filled(rule, parts):
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: parts[found[1]], rule)


def with_rubbish_in_addresses(walk):
    """Ask for every address with rubbish in each of its parts."""
    answers = {}
    for rule, methods, role, parts in examples(walk):
        browser = walk.browser(role)
        for name in parts:
            for kind, rubbish in walk.share.of(PARTS.items(), place=(rule, name)):
                address = filled(rule, parts | {name: rubbish})
                for method in methods:
                    form = {"done_on": "2024-08-01", "reason": "核查"} if method == "POST" else None
                    answer = browser.open(address, method=method, data=form)
                    answers[method, rule, name, kind] = answer.status_code
    return answers


def with_rubbish_in_questions(walk):
    """Ask every page with rubbish in each parameter that it looks at, and with names that mean something elsewhere."""
    answers = {}
    everywhere = walk.asked["web.me", ()]
    for kind, (role, address) in walk.opened.items():
        browser = walk.browser(role)
        path, own = urlsplit(address).path, walk.asked[kind] - everywhere
        for name in sorted(own if kind[0] != "web.me" else everywhere):
            for rubbish, value in walk.share.of(QUESTIONS.items(), place=(kind, name)):
                answers[path, name, rubbish] = browser.get(f"{path}?{name}={value}").status_code
        for rubbish, value in walk.share.of(ONCE.items(), place=kind):
            if own:
                question = "&".join(f"{name}={value}" for name in own)
                answers[path, rubbish] = browser.get(f"{path}?{question}").status_code
        answers[path, "special"] = browser.get(path, query_string=dict.fromkeys(SPECIAL, "x")).status_code
        fragment = {"HX-Request": "true", "HX-Target": "list"}
        answers[path, "part of a page"] = browser.get(path, headers=fragment).status_code
    return answers


def with_rubbish_in_headers(walk):
    """Ask a page and send a form with rubbish in each header."""
    answers = {}
    role, address = walk.opened["web.me", ()]
    browser = walk.browser(role)
    for method in ("GET", "POST"):
        for name, values in HEADERS.items():
            for value in values:
                answer = browser.open(address, method=method, headers={"HX-Request": "true", name: value})
                answers[method, name, value] = answer.status_code
    return answers


def with_rubbish_in_forms(walk):
    """Send every form without its fields, and with rubbish in each field while the others are plausible."""
    answers = {}
    for (place, *_), (role, form) in walk.forms.items():
        answers[form.action, "nothing"] = sent(walk, role, form, {})
        answers[form.action, "nul"] = sent(walk, role, form, dict.fromkeys(form.fields, "a\x00b"))
        for name in {each.partition(".")[0]: each for each in form.fields}.values():  # one of a row of like fields
            for rubbish, value in walk.share.of(rubbish_for(form.kinds[name]).items(), place=(place, name)):
                answers[form.action, name, rubbish] = sent(walk, role, form, form.fields | {name: value})
    return answers


def rubbish_for(kind):
    return WORDS | {"date": DAYS, "number": NUMBERS, "textarea": LONG}.get(kind, {})


def sent(walk, role, form, fields):
    files = {name: (BytesIO(b"%PDF-1.4\n%%EOF\n"), "a\x01b.pdf") for name in form.files}
    kept = {name: value for name, value in fields.items() if name not in form.files}
    media_type = "multipart/form-data" if files else None
    return walk.browser(role).post(form.action, data=kept | files, content_type=media_type).status_code


def test_no_address_and_no_form_makes_a_fault(walk):
    tables = (
        with_rubbish_in_addresses(walk),
        with_rubbish_in_questions(walk),
        with_rubbish_in_headers(walk),
        with_rubbish_in_forms(walk),
    )
    faults = {where: status for answers in tables for where, status in answers.items() if status >= OUR_FAULT}
    assert walk.faults | faults == {}
    # the walk has seen the service: nearly every page, every parameter that turns pages, and forms with their fields
    assert {endpoint for endpoint, _ in walk.opened} >= {
        "web.case",
        "web.action",
        "web.report",
        "web.admin_dates",
        "web.lead_action",
        "web.lead_pair",
    }
    assert {"before", "after", "by", "at"} <= set().union(*walk.asked.values())
    assert [key for key in walk.forms if key[0] is None] == []
    assert len(walk.forms) > 30
