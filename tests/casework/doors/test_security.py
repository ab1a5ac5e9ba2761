"""What every answer says about itself, and under which names the service is asked."""

from dataclasses import replace

import pytest

from casework.app import create_app
from casework.doors import hosts
from tests.support.application import inside

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ANSWERS = {"page": "/login", "nothing there": "/nowhere", "API": "/api/v1/me", "health": "/healthz/live"}
TLS = "Strict-Transport-Security"
OTHERS = "https://casework.example.edu"


@pytest.fixture
def tls(settings):
    """Return the application of an office that is reached by TLS."""
    with inside(create_app(replace(settings, base_url=OTHERS, secure_cookies=True))) as made:
        yield made


def test_every_answer_carries_the_headers_and_a_policy_without_exceptions(client):
    for what, address in ANSWERS.items():
        answer = client.get(address)
        assert (what, {name: answer.headers.get(name) for name in ALWAYS}) == (what, ALWAYS)
        policy = answer.headers["Content-Security-Policy"]
        assert (what, "unsafe" in policy, "'none'" in policy.split(";")[0]) == (what, False, True)
        assert (what, answer.headers["Cache-Control"]) == (what, "no-store")
        assert "publickey-credentials-get=(self)" in answer.headers["Permissions-Policy"]


def test_browsers_are_bound_to_tls_where_there_is_tls_and_only_there(client, tls):
    assert TLS not in client.get("/login").headers
    answer = tls.test_client().get("/login", base_url=OTHERS)
    assert answer.headers[TLS] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_what_was_handed_in_lies_in_a_sandbox_and_is_downloaded(app, client):
    @app.get("/handed-in")
    def handed_in():
        return b"<script>alert(1)</script>", {"Content-Disposition": "attachment; filename=a.pdf"}

    answer = client.get("/handed-in")
    assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'none'; sandbox; frame-ancestors 'none'"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_all_that_was_handed_in_lies_under_addresses_of_its_own(app, client):
    """Whatever is handed out there lies in the sandbox, said to be a download or not; refusals are pages."""
    there = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/files/")}
    assert there == {"web.case_file", "web.lead_file", "web.cosign_seen"}
    app.view_functions["web.case_file"] = lambda **_: b"<script>alert(1)</script>"
    assert "sandbox" in client.get("/files/cases/LC24-0001/x").headers["Content-Security-Policy"]
    assert "sandbox" not in client.get("/files/nothing").headers["Content-Security-Policy"]


LISTENING, DEMO = "http://0.0.0.0:8000", True
NAMES = {
    "its own": (OTHERS, "casework.example.edu", True),
    "its own in capitals, with a port and the dot of the root": (OTHERS, "Casework.example.edu.:8443", True),
    "this machine's": (OTHERS, "127.0.0.1:8000", True),
    "this machine's new address": (OTHERS, "[::1]:8000", True),
    "one that the settings name": (OTHERS, "old.example.edu", True),
    "a stranger's": (OTHERS, "evil.example.com", False),
    "one that only begins like ours": (OTHERS, "casework.example.edu.evil.com", False),
    "one that hides ours as an account": (OTHERS, "casework.example.edu@evil.com", False),
    "an address of the machine": (OTHERS, "192.0.2.7", False),
    "broken": (OTHERS, "[", False),
    "two words": (OTHERS, "a b", False),
    "a number where it listens everywhere": (LISTENING, "192.0.2.7:8000", True),
    "a stranger's where it listens everywhere": (LISTENING, "evil.example.com", False),
}


def test_the_service_answers_to_its_own_names_alone(settings):
    for what, (base_url, name, answered) in NAMES.items():
        told = replace(settings, base_url=base_url, hosts=("old.example.edu",))
        assert (what, hosts.is_ours(name, told)) == (what, answered)
    everywhere = replace(settings, base_url=LISTENING, demo=DEMO)
    assert hosts.is_ours("evil.example.com", everywhere)  # nothing but inventions, and links stay where they were


def test_under_another_name_there_is_a_sentence_and_no_page(client):
    answer = client.get("/login", headers={"Host": "evil.example.com"})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "http://127.0.0.1:8000" in answer.text
    assert "evil" not in answer.text + str(answer.headers)
    assert client.get("/api/v1/me", headers={"Host": "evil.example.com"}).status_code == 400


def test_programs_ask_for_the_health_by_any_name(client):
    assert client.get("/healthz/live", headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_no_header_of_a_stranger_becomes_part_of_an_answer(client):
    told = {"X-Forwarded-Host": "evil.example.com", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example.com"}
    answer = client.get("/queue", headers=told | {"X-Original-URL": "/evil.example.com"})
    assert answer.location == "/login?next=/queue"
    assert "evil" not in answer.text + str(answer.headers)


def test_no_header_or_field_changes_the_method(client):
    for told in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert client.get("/logout", headers={told: "POST"}).status_code == 405
    assert client.get("/logout?_method=POST").status_code == 405
    assert client.open("/login", method="TRACE").status_code == 405
