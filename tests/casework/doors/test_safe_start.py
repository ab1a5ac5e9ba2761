"""Where others can reach the service, it does not start with what would let them in; on this machine alone it does."""

from dataclasses import replace

import pytest

from casework.config import DEMO_PASSWORD
from casework.db import db
from casework.doors.safe_start import LOOKS, Installation, UnsafeStart, require_safe, risks
from casework.doors.unit import unit_of_work
from casework.operations import passwords
from tests.casework.factories import make_person, make_tree

NAME, HERE = "https://casework.example.edu", "http://127.0.0.1:8000"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def office(settings):
    """Return an installation as it should be."""
    keys = settings.data_dir / "keys.json"
    keys.touch(mode=0o600)
    return Installation(replace(settings, base_url=NAME, secret_key=KEY, testing=False), environ={})


def found(installation, *, beside=()):
    """Return what is found; the account that owns the tests' databases is looked at by itself."""
    return {risk.code for risk in risks(installation) if risk.code not in beside}


def changed(office, **settings):
    return replace(office, settings=replace(office.settings, **settings))


def test_an_office_that_is_set_up_well_starts(app, office):
    assert found(office, beside={"database_rights"}) == set()


def test_each_thing_that_would_let_others_in_is_found_and_stops_the_start(app, office):
    keys = office.settings.data_dir / "keys.json"
    spoilt = {
        "demo": changed(office, demo=True),
        "debug": replace(office, environ={"FLASK_DEBUG": "1"}),
        "plain_http": changed(office, base_url="http://casework.example.edu"),
        "short_key": changed(office, secret_key="0123456789abcdef"),
    }
    for code, installation in spoilt.items():
        assert (code, found(installation, beside={"database_rights"})) == (code, {code})
        assert all(risk.stops for risk in risks(installation))
        with pytest.raises(UnsafeStart, match="服务没有启动"):
            require_safe(installation)
    assert found(changed(office, secret_key="ab" * 20), beside={"database_rights"}) == {"short_key"}
    keys.chmod(0o640)
    assert found(office, beside={"database_rights"}) == {"keys_readable"}


def test_a_password_that_everybody_knows_is_found_at_each_account_that_still_has_it(app, office):
    with unit_of_work():
        tree = make_tree()
        known, gone, other = (make_person("supervisor", tree.university) for _ in range(3))
        for login, person in (("U013", known), ("U014", gone), ("U015", other)):
            person.login, person.password_hash = login, passwords.HASHER.hash(DEMO_PASSWORD)
        gone.active = False
        other.password_hash = passwords.HASHER.hash("another password")
    told = [risk.params["login"] for risk in risks(office) if risk.code == "demo_password"]
    assert told == ["U013"]
    db.session.rollback()


def test_an_account_that_may_do_everything_to_the_database_is_found_where_there_are_accounts(app, office):
    with db.engine.connect() as connection:
        accounts = connection.dialect.name == "postgresql"
        mighty = (
            accounts
            and connection.exec_driver_sql(
                "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
            ).scalar()
        )
    assert ("database_rights" in found(office)) == bool(mighty)


REACHED = {
    "by its name": (NAME, "127.0.0.1", True),
    "by a name without TLS": ("http://casework.example.edu", "127.0.0.1", True),
    "by every address": (HERE, "0.0.0.0", True),  # noqa: S104 - judged, not bound
    "by an address of the machine": (HERE, "192.0.2.7", True),
    "from here": (HERE, "127.0.0.1", False),
    "from here by name": ("http://localhost:8000", "localhost", False),
    "from here by the new address": ("http://[::1]:8000", "::1", False),
}


def test_what_nobody_else_can_reach_is_told_the_same_and_starts(app, office):
    for what, (base_url, listens_on, reached) in REACHED.items():
        told = replace(changed(office, base_url=base_url, demo=True), listens_on=listens_on)
        assert (what, {risk.stops for risk in risks(told)}) == (what, {reached})
        assert (what, "demo" in found(told)) == (what, True)


def test_what_the_operator_has_named_does_not_stop_the_start_and_nothing_else_does_so(app, office):
    told = changed(office, demo=True, base_url="http://casework.example.edu", accepts=("demo", "database_rights"))
    assert {risk.code for risk in risks(told) if risk.stops} == {"plain_http"}
    require_safe(changed(told, accepts=("demo", "plain_http", "database_rights")))


def test_each_look_has_a_name_of_its_own():
    assert len({code for code, _ in LOOKS}) == len(LOOKS)
