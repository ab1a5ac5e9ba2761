"""The services that other tests lean on do what they promise, and what is missing cannot pass unseen."""

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from redis import Redis
from sqlalchemy import create_engine, insert, inspect, text
from werkzeug.routing import Map, Rule, UnicodeConverter

from casework.promises import Tick
from tests.support.databases import ROOT
from tests.support.sharing import Share

pytest_plugins = ["pytester"]


@pytest.fixture
def inner(pytester, monkeypatch):
    """Run a small suite under our own conftest, in a folder that knows nothing else of ours."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", "tests.conftest", *options)

    return run


@pytest.fixture
def connection(database):
    engine = create_engine(database)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("_turn", [1, 2])
def test_each_test_has_all_tables_and_no_rows_of_another(connection, _turn):
    assert "organisations" in inspect(connection).get_table_names()
    assert "left_by_a_test" not in inspect(connection).get_table_names()
    connection.execute(text("CREATE TABLE left_by_a_test (id INTEGER)"))
    connection.commit()


@pytest.mark.parametrize("_turn", [1, 2])
def test_ids_begin_at_one_in_every_test(connection, _turn):
    now = datetime(2024, 8, 1, tzinfo=UTC)
    added = insert(Tick).values(task="sweep", tick_at=now).returning(Tick.id)
    assert connection.scalar(added) == 1
    connection.commit()


def test_the_engine_is_the_one_that_was_asked_for(connection, request):
    asked = request.node.callspec.params["databases"]
    assert connection.dialect.name == ("sqlite" if asked.startswith("sqlite") else "postgresql")


@pytest.mark.parametrize("_turn", [1, 2])
def test_each_test_has_an_empty_queue_server(queue_url, _turn):
    with Redis.from_url(queue_url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "by a test")


@pytest.mark.parametrize("among", [1, 2, 3])
def test_the_databases_of_a_run_share_every_try_and_none_is_tried_twice(among):
    places = [("get", "/cases", name) for name in ("before", "after", "by")]
    for tries in (list(range(7)), ["one alone"]):
        for place in places:
            taken = [each for turn in range(among) for each in Share(turn, among).of(tries, place=place)]
            assert sorted(taken) == tries
    first = {tuple(Share(0, among).of("abcdef", place=place)) for place in places}
    assert len(first) > 1 or among == 1


def test_rules_of_one_text_share_what_builds_their_address_and_keep_their_own_ways_of_writing():
    class Loud(UnicodeConverter):
        def to_url(self, value):
            return value.upper()

    maps = [Map([Rule("/of/<name>", endpoint="of")], converters=own) for own in (None, {"default": Loud}, None)]
    addresses = [each.bind("office").build("of", {"name": "a", "page": 2}) for each in maps]
    assert addresses == ["/of/a?page=2", "/of/A?page=2", "/of/a?page=2"]
    builders = {rule._build.__func__ for each in maps for rule in each.iter_rules()}
    assert len(builders) == 1


def mail_to(address: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "office@example.edu", address, "就业去向核查"
    mail.set_content("请于 8 月 31 日前核对。")
    return mail


@pytest.mark.parametrize("_turn", [1, 2])
def test_the_mail_server_keeps_what_this_test_sent(smtp_server, _turn):
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as line:
        line.send_message(mail_to("someone@example.edu"))
    (mail,) = smtp_server.mails
    assert mail.recipients == ("someone@example.edu",)
    assert mail.message["Subject"] == "就业去向核查"


def test_the_mail_server_refuses_whom_it_is_told_to_refuse(smtp_server):
    smtp_server.refusals["gone@example.edu"] = "550 5.1.1 no such mailbox"
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as line, pytest.raises(smtplib.SMTPRecipientsRefused):
        line.send_message(mail_to("gone@example.edu"))
    assert smtp_server.mails == []


def test_the_browser_shows_a_page(browser):
    page = browser.new_page()
    page.set_content("<h1>就业去向核查</h1>")
    assert page.get_by_role("heading").inner_text() == "就业去向核查"


MISSING = """
    import pytest
    from contextlib import contextmanager
    from tests.support.services import Missing, provide

    @contextmanager
    def absent():
        raise Missing("there is no browser here")
        yield

    @pytest.fixture(scope="session")
    def browser_service(request):
        yield from provide(request, "browser", absent())

    def test_page(browser_service): ...
    def test_other_page(browser_service): ...
    def test_plain(): ...
"""


@pytest.mark.parametrize(
    ("options", "outcomes", "code"),
    [((), {"passed": 1, "skipped": 2}, 0), (("--strict-services",), {"passed": 1, "failed": 0, "errors": 2}, 1)],
)
def test_a_missing_service_is_not_run_and_a_failure_when_strict(inner, options, outcomes, code):
    result = inner(MISSING, *options)
    result.assert_outcomes(**outcomes)
    result.stdout.fnmatch_lines(
        ["no service at all * 1 tests", "NOT RUN: browser (Chromium): there is no browser here (2 tests)"]
    )
    assert result.ret == code


SKIPS = {
    "in a test": "import pytest\ndef test_it(): pytest.skip('not today')",
    "by a mark": "import pytest\n@pytest.mark.skip(reason='not today')\ndef test_it(): ...",
    "of a module": "import pytest\npytest.skip('not today', allow_module_level=True)",
}


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS)
def test_no_skip_passes_unseen_when_strict(inner, source):
    result = inner(source, "--strict-services")
    assert result.ret in {1, 2}
    assert "skipped" not in result.parseoutcomes()
