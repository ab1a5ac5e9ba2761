"""The pages in a browser that runs no script: every form is a form, every link a link."""

import pytest

from tests.journeys import office as desk
from tests.journeys import page_office as pages
from tests.journeys.office import INVESTIGATOR, PASSWORD, SUPERVISOR, Office
from tests.journeys.small_university import DENIES, SETTLED_LATER, Exports
from tests.journeys.visitor import Visitor


@pytest.fixture
def office(service, command_line, tmp_path):
    """Return the office with its cases opened, of which the investigator owns all."""
    office = Office(command_line, Exports(tmp_path / "exports"), tmp_path)
    office.set_up()
    for login in (SUPERVISOR, INVESTIGATOR):
        office.at.done("password", login, "--password", PASSWORD)
    office.import_everything()
    office.screen()
    office.at.done("case", "assign", *office.cases().values(), "--to", INVESTIGATOR, "--as", SUPERVISOR)
    return office


@pytest.fixture
def arrives(service, browser):
    """Return a function that signs somebody in at a browser without script."""

    def sign_in(login):
        visitor = Visitor(browser, service, script=False)
        visitor.sign_in(login, PASSWORD)
        return visitor

    return sign_in


def test_the_queue_is_filtered_and_a_case_is_worked_on_without_script(office, arrives):
    investigator = arrives(INVESTIGATOR)
    everything = pages.cases(investigator, "/queue")
    number = everything[desk.OWN_PHONE]
    filters = investigator.page.locator("main form.filters")
    investigator.send(filters, "筛选", q=number)
    assert set(pages.cases(investigator, investigator.page.url).values()) == {number}
    assert len(everything) == len(office.cases())

    pages.act(investigator, number, "begin")
    assert "电话核查" in pages.verify(investigator, number, "phone", "graduate")
    assert "没有保存" in pages.refused(investigator, number, "verify", method="phone")


def test_a_file_is_imported_without_script(office, arrives):
    newer = office.exports.graduates("graduates_2024-07-29.csv", **{f"of_{DENIES}": SETTLED_LATER})
    assert "更新1条，未变39条" in pages.bring_in(arrives(SUPERVISOR), newer)
