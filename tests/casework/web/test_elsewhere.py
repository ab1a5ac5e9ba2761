"""Sign-in from other houses, against a real provider and a real CAS server in processes of their own."""

from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from casework.app import create_app
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.people.models import Person
from casework.people.sign_in import SignIn
from casework.people.ways_in import Identity, SpentProof
from tests.casework.factories import make_person, make_tree
from tests.casework.web.visitor import TOKEN
from tests.support.application import inside
from tests.support.oidc_provider import CLIENT, SECRET, running


@pytest.fixture(scope="module")
def houses():
    with running() as oidc, running("tests.support.cas_server") as cas:
        yield {"oidc": oidc, "cas": cas}


@pytest.fixture
def app(settings, houses):
    told = {"issuer": houses["oidc"].issuer, "client_id": CLIENT, "client_secret": SECRET, "second_factor": "mfa"}
    cas = {"url": houses["cas"].issuer, "second_factor": "mfa"}
    with inside(create_app(replace(settings, base_url="http://localhost", oidc=told, cas=cas))) as application:
        yield application


@pytest.fixture
def officer(app, houses):
    with unit_of_work():
        found = make_person("investigator", make_tree().university)
    houses["oidc"].tell(login=found.login, subject="s-1")
    houses["cas"].tell(login=found.login, subject=found.login)
    return found


def over_there(address):
    """Return where the other house sends a browser that it was asked by."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname, parts.port)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.getheader("Location")


def way_back(client, house, *, wanted=""):
    """Begin at our door, sign in over there, and return the address by which the browser comes back."""
    begun = client.get(f"/login/{house}" + (f"?next={wanted}" if wanted else ""))
    assert begun.status_code == 303, begun.text
    return over_there(begun.location)


def left_behind():
    db.session.rollback()
    return tuple(db.session.scalar(select(func.count()).select_from(table)) for table in (SignIn, Identity, SpentProof))


@pytest.mark.parametrize("house", ["oidc", "cas"])
def test_whoever_is_vouched_for_comes_in_and_is_linked_once(app, client, officer, house):
    for again in (client, app.test_client()):
        answer = again.get(way_back(again, house, wanted="/cases"))
        assert (answer.status_code, answer.location) == (303, "/cases")
        assert again.get("/me").status_code == 200
    assert left_behind() == (2, 1, 2)
    assert db.session.scalars(select(SignIn.how)).all() == [house, house]
    assert db.session.scalars(select(Identity)).one().person_id == officer.id


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("down", "没有应答"),
        ("discovery of another", "另一个统一身份认证"),
        ("denied", "没有同意"),
        ("token endpoint down", "没有应答"),
        ("a page instead of tokens", "不完整"),
        ("rubbish", "签名"),
        ("algorithm none", "签名"),
        ("public key as secret", "签名"),
        ("stranger's key", "签名"),
        ("unknown key", "签名"),
        ("expired", "已过期"),
        ("not yet", "尚未生效"),
        ("no end", "不完整"),
        ("other audience", "其他系统"),
        ("two audiences", "其他系统"),
        ("other presenter", "其他系统"),
        ("other issuer", "另一个统一身份认证"),
        ("other nonce", "不属于这次登录"),
        ("no login", "没有给出您的账号"),
        ("no subject", "不完整"),
        ("userinfo of another", "不完整"),
    ],
)
def test_what_a_provider_gets_wrong_is_said_and_nobody_is_let_in(client, houses, officer, fault, sentence):
    houses["oidc"].tell(login=officer.login, subject="s-1", fault=fault)
    begun = client.get("/login/oidc")
    answer = client.get(over_there(begun.location)) if begun.status_code == 303 else begun
    assert answer.status_code in {403, 503}, answer.text
    assert sentence in answer.text
    assert "没有登录" in answer.text
    assert left_behind() == (0, 0, 0)
    assert client.get("/me").status_code == 302


@pytest.mark.parametrize("fault", ["a minute slow", "new key", "only at userinfo"])
def test_what_honest_providers_do_is_no_fault(client, houses, officer, fault):
    houses["oidc"].tell(login=officer.login, subject="s-1", fault=fault)
    assert client.get(way_back(client, "oidc")).status_code == 303
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("down", "没有应答"),
        ("entities", "不完整"),
        ("outside entity", "不完整"),
        ("two users", "不完整"),
        ("success and failure", "不完整"),
        ("other namespace", "不完整"),
        ("no user", "不完整"),
        ("rubbish", "不完整"),
    ],
)
def test_what_a_cas_server_gets_wrong_is_said_and_nobody_is_let_in(client, houses, officer, fault, sentence):
    houses["cas"].tell(login=officer.login, subject=officer.login, fault=fault)
    answer = client.get(way_back(client, "cas"))
    assert answer.status_code in {403, 503}
    assert sentence in answer.text
    assert left_behind() == (0, 0, 0)


@pytest.mark.parametrize("house", ["oidc", "cas"])
def test_an_answer_counts_once_and_only_in_the_window_that_asked_for_it(app, client, officer, house):
    address = way_back(client, house)
    stranger = app.test_client()
    for window, path in (
        (stranger, address),  # nothing was begun there
        (client, f"/login/{house}/back"),  # nothing came with it
        (client, address),  # what was begun is gone with the first answer
    ):
        refused = window.get(path)
        assert refused.status_code == 403
        assert "没有登录" in refused.text
    way_back(stranger, house)  # a sign-in of another window does not fit either
    assert "没有登录" in stranger.get(address).text
    assert left_behind() == (0, 0, 0)


@pytest.mark.parametrize(("house", "fault"), [("oidc", "code twice"), ("cas", "ticket twice")])
def test_what_a_house_would_take_twice_we_take_once(app, officer, houses, house, fault):
    houses[house].tell(login=officer.login, subject="s-1" if house == "oidc" else officer.login, fault=fault)
    first, again = app.test_client(), app.test_client()
    address = way_back(first, house)
    with first.session_transaction() as session:
        kept = dict(session["elsewhere"])
    assert first.get(address).status_code == 303
    with again.session_transaction() as session:
        session["elsewhere"] = kept
    answer = again.get(address)
    assert answer.status_code == 409
    assert "已经用过" in answer.text
    assert again.get("/me").status_code == 302


@pytest.mark.parametrize("house", ["oidc", "cas"])
def test_nobody_gets_an_account_by_being_vouched_for(client, houses, officer, house):
    houses[house].tell(login="stranger", subject="stranger")
    before = db.session.scalar(select(func.count()).select_from(Person))
    answer = client.get(way_back(client, house))
    assert answer.status_code == 403
    assert "请与本单位系统管理员联系" in answer.text
    with unit_of_work():
        db.session.get_one(Person, officer.id).active = False
    houses[house].tell(login=officer.login, subject=officer.login)
    assert "请与本单位系统管理员联系" in client.get(way_back(client, house)).text
    assert left_behind() == (0, 0, 0)
    assert db.session.scalar(select(func.count()).select_from(Person)) == before


def test_a_login_that_was_given_to_somebody_new_opens_no_old_account(app, client, houses, officer):
    assert client.get(way_back(client, "oidc")).status_code == 303
    houses["oidc"].tell(login=officer.login, subject="s-2")
    other = app.test_client()
    answer = other.get(way_back(other, "oidc"))
    assert answer.status_code == 403
    assert "另一个统一身份" in answer.text
    houses["oidc"].tell(login="renamed", subject="s-1")  # and a new login changes nothing for the old subject
    assert other.get(way_back(other, "oidc")).status_code == 303


@pytest.mark.parametrize("wanted", ["//evil.example.com", "https://evil.example.com/", "/\\evil.example.com"])
@pytest.mark.parametrize("house", ["oidc", "cas"])
def test_nobody_is_led_to_another_site(client, officer, house, wanted):
    assert client.get(way_back(client, house, wanted=wanted)).location == "/queue"


@pytest.mark.parametrize("house", ["oidc", "cas"])
def test_a_second_factor_over_there_counts_when_the_settings_name_it(client, houses, officer, house):
    for said, second in ((["pwd"], ""), (["pwd", "mfa"], "provider")):
        houses[house].tell(login=officer.login, subject=officer.login, amr=said)
        client.get(way_back(client, house))
        assert db.session.scalars(select(SignIn.second).order_by(SignIn.id.desc())).first() == second
        client.delete_cookie("casework")


def test_the_sign_in_page_offers_the_houses_and_signing_out_offers_to_leave_them(app, client, officer):
    assert {"/login/oidc", "/login/cas"} <= set(client.get("/login").text.split('"'))
    assert client.get("/login/saml").status_code == client.get("/login/saml/back").status_code == 404
    client.get(way_back(client, "oidc"))
    with client.session_transaction() as session:
        session["csrf_token"] = TOKEN
    signed = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(TOKEN)
    left = client.post("/logout", headers={"X-CSRFToken": signed})
    assert left.location.endswith("/login?left=oidc")
    assert "/leave?client_id=" in client.get(left.location).text
