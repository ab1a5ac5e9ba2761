"""What tests may ask of the machine (database, queue server, mail server, browser), and the report of what ran.

--database sqlite|postgresql|URL   several with commas; tests that use a database run once on each
--strict-services                  what the machine cannot give, and every skip, is a failure
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from tests.support import browser as browsers
from tests.support import imap, postgres, smtp, valkey
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.services import LEDGER, Ledger, kind_of, needed_by, provide
from tests.support.sooner import remember_addresses

pytest_plugins = ["tests.support.application", "tests.support.sharing"]

LONG = frozenset(
    f"tests/{name}.py"
    for name in (
        "access/test_fuzz",
        "access/test_matrix",
        "access/test_no_leak_by_number",
        "casework/api/test_no_request_breaks",
        "casework/jobs/test_watchman",
        "casework/web/test_no_address_breaks",
        "chaos/test_chaos",
        "journeys/test_pages_from_file_to_filing",
        "simulation/test_crash_points",
    )
)
"""Files of few tests that take a minute or more: begun first, so that no process is left alone with one at the end."""


def pytest_addoption(parser):
    parser.addoption(
        "--database", default=os.environ.get("DATABASE_URL") or "sqlite", help="sqlite, postgresql or a URL"
    )
    parser.addoption("--strict-services", action="store_true", help="fail where a service is missing or a test skipped")


def pytest_configure(config):
    remember_addresses()
    config.stash[LEDGER] = Ledger(strict=config.getoption("--strict-services"))


def pytest_generate_tests(metafunc):
    if "databases" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database").split(",")
        metafunc.parametrize("databases", chosen, indirect=True, scope="session", ids=kind_of)


def pytest_collection_modifyitems(items):
    # Playwright keeps an event loop running from its first use on, and asyncio.run() refuses to start beside it.
    items.sort(key=lambda item: ("browser_service" in getattr(item, "fixturenames", ()), _file_of(item) not in LONG))


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    ledger = item.config.stash[LEDGER]
    if report.skipped and not hasattr(report, "wasxfail"):
        ledger.not_run.update(name for name in needed_by(item) if name in ledger.missing)
        if ledger.strict:
            report.outcome = "failed"
    elif report.when == "call" and report.passed:
        ledger.ran.update(needed_by(item) or ["none"])
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    if report.skipped and collector.config.stash[LEDGER].strict:
        report.outcome = "failed"
    return report


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):  # one of several processes: hand over what it has seen
        session.config.workeroutput["ledger"] = session.config.stash[LEDGER].plain()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    if "ledger" in getattr(node, "workeroutput", {}):  # a process that was killed hands over nothing
        node.config.stash[LEDGER].add(node.workeroutput["ledger"])


def pytest_terminal_summary(terminalreporter, config):
    ledger = config.stash[LEDGER]
    terminalreporter.section("what ran", sep="-")
    for line in ledger.lines():
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def databases(request, tmp_path_factory):
    """One engine that hands out fresh databases; tests use `database`."""
    ledger, name = request.config.stash[LEDGER], kind_of(request.param)
    if name == "sqlite":
        yield SqliteDatabases(tmp_path_factory.mktemp("databases"))
        return
    yield from provide(request, name, _postgres(request.param, ledger))


@contextmanager
def _postgres(wanted: str, ledger: Ledger) -> Iterator[PostgresDatabases]:
    if wanted != "postgresql":
        databases = PostgresDatabases(_with_driver(wanted))
        yield databases
        databases.close()
        return
    with postgres.private_cluster() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            ledger.details["postgresql"] = str(connection.scalar(text("SHOW server_version")))
        engine.dispose()
        databases = PostgresDatabases(url)
        yield databases
        databases.close()


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def database(databases):
    """Return the URL of a migrated, empty database of this test's own."""
    with databases.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def queue_service(request):
    yield from provide(request, "queue", valkey.running())


@pytest.fixture
def queue_url(queue_service):
    """Return the URL of a real queue server with nothing in it."""
    with Redis.from_url(queue_service) as connection:
        connection.flushall()
    return queue_service


@pytest.fixture(scope="session")
def smtp_service(request):
    yield from provide(request, "smtp", smtp.running())


@pytest.fixture
def smtp_server(smtp_service):
    """Return a real mail server that has seen no mail yet."""
    smtp_service.forget()
    return smtp_service


@pytest.fixture(scope="session")
def imap_service(request):
    yield from provide(request, "imap", imap.running())


@pytest.fixture
def imap_server(imap_service):
    """Return a real mailbox with no mail in it."""
    imap_service.empty()
    return imap_service


@pytest.fixture(scope="session")
def browser_service(request):
    for browser in provide(request, "browser", browsers.running()):
        request.config.stash[LEDGER].details["browser"] = browser.version
        yield browser


@pytest.fixture
def browser(browser_service):
    """Return a running browser; contexts that a test opens are closed after it."""
    yield browser_service
    for context in browser_service.contexts:
        context.close()
