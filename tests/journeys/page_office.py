"""An office that does its whole self-check at browsers: what it opens, fills in and presses, step by step."""

import time
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.journeys.office import CONTRACT, PASSWORD
from tests.journeys.visitor import PATIENCE, Visitor

CLAUSES = ("N1.1", "N1.2", "N1.3", "N1.4", "N1.5")
WORKED_OUT = PATIENCE


def upload(visitor: Visitor, path: Path) -> None:
    """Upload a file; its columns are matched by themselves."""
    visitor.open("/import")
    visitor.send(visitor.page.locator("main form[enctype]"), "上传文件", file=path)
    assert path.name in visitor.says()


def read_rows(visitor: Visitor) -> str:
    """Have the rows read, wait until the page says by itself that they are, and return what it says."""
    visitor.send(visitor.form("/stage"), "开始校验")
    expect(visitor.form("/confirm")).to_be_visible(timeout=WORKED_OUT)
    return visitor.says()


def write_rows(visitor: Visitor) -> str:
    """Confirm, wait until the page says by itself that the rows are written, and return what it says."""
    visitor.send(visitor.form("/confirm"), "写入")
    expect(visitor.page.locator("main .lead")).to_contain_text("已写入", timeout=WORKED_OUT)
    return visitor.says()


def bring_in(visitor: Visitor, path: Path) -> str:
    """Import a file from upload to writing, opening its page again and again as one does who cannot wait."""
    upload(visitor, path)
    visitor.send(visitor.form("/stage"), "开始校验")
    open_until(visitor, "确认后才写入")
    visitor.send(visitor.form("/confirm"), "写入")
    open_until(visitor, "已写入")
    return visitor.says()


def open_until(visitor: Visitor, words: str) -> None:
    """Open the page anew until it says these words."""
    deadline = time.monotonic() + WORKED_OUT / 1000
    while words not in visitor.says():
        assert time.monotonic() < deadline, visitor.says()
        visitor.open(visitor.page.url)


def screen(visitor: Visitor) -> None:
    """Screen, wait for the result."""
    visitor.open("/import")
    visitor.send(visitor.form("/screening"), "开始筛查")
    expect(visitor.page.locator("main h1")).to_have_text("筛查结果", timeout=WORKED_OUT)


def cases(visitor: Visitor, address: str = "/cases") -> dict[str, str]:
    """Return the cases of a list: what each is about, and its number."""
    visitor.open(address)
    links = visitor.page.locator("main tr.it a.ti")
    return {link.inner_text(): link.get_attribute("href").rsplit("/", 1)[1] for link in links.all()}


def act(visitor: Visitor, number: str, verb: str, **values: object) -> str:
    """Do something with a case by its form, and return what the page of the case says then."""
    visitor.open(f"/cases/{number}/actions/{verb}")
    visitor.send(visitor.form(f"/actions/{verb}"), **values)
    assert visitor.page.url.endswith(f"/cases/{number}")
    return visitor.says()


def refused(visitor: Visitor, number: str, verb: str, **values: object) -> str:
    """Try to do something with a case, and return why it was refused."""
    visitor.open(f"/cases/{number}/actions/{verb}")
    return visitor.refused(visitor.form(f"/actions/{verb}"), **values)


def verify(visitor: Visitor, number: str, method: str, evidence_class: str, result: str = "supports") -> str:
    """Log one contact with somebody who speaks for themselves."""
    given = {"method": method, "evidence_class": evidence_class, "result": result, "supplied_by": evidence_class}
    return act(visitor, number, "verify", **given, note="已核")


def verify_twice(visitor: Visitor, number: str) -> None:
    """Log two kinds of evidence that are independent of each other."""
    verify(visitor, number, "phone", "graduate")
    verify(visitor, number, "letter", "employer")


def attach(visitor: Visitor, number: str, folder: Path) -> str:
    """Upload a file of evidence of the case's own."""
    path = folder / f"材料-{number}.pdf"
    path.write_bytes(CONTRACT + number.encode())
    return act(visitor, number, "evidence", files=path, evidence_class="original_document")


def prepare_report(visitor: Visitor) -> None:
    """Issue the plan, answer the checklist, list a measure, write the texts."""
    plan = {"method": "全量筛查", "recording": "逐案记录", "rectification": "查实即改", "responsible": "肖国舒"}
    visitor.open("/reports")
    visitor.send(visitor.form("/change/plan"), **plan)
    for clause in CLAUSES:
        item = visitor.page.locator("details").filter(has=visitor.page.locator(f'input[value="{clause}"]'))
        item.locator("summary").click()
        answer = {"method": "逐条审核", "examined": "全部登记", "finding": "已核实", "responsible": "李梦洁"}
        visitor.send(item.locator("form"), **answer)
    measure = {"goal": "登记真实准确", "measure": "两级审核", "responsible": "李梦洁", "due_on": "2024-08-31"}
    visitor.send(visitor.form("/change/measure"), **measure)
    texts = {"work": "筛查全部登记数据。\n逐件回访。", "problems": "个别登记不实。", "causes": "审核把关不严。"}
    visitor.send(visitor.form("/change/texts"), **texts)


def open_statement(visitor: Visitor) -> None:
    """Open the report that waits for this person's signature."""
    visitor.open("/cosign")
    visitor.follow(visitor.page.locator("main .tile h2 a").first)


def sign(visitor: Visitor, name: str) -> str:
    """Sign the report whose statement is open, and return what its page says then."""
    visitor.send(_signing(visitor), "签字", **_signature(name), password=PASSWORD)
    return visitor.says()


def refused_to_sign(visitor: Visitor, name: str) -> str:
    """Try to sign without knowing the password, and return why that was refused."""
    return visitor.refused(_signing(visitor), "签字", **_signature(name), password="wrong")


def open_filing(visitor: Visitor) -> None:
    """Open the newest filing that this person sees."""
    visitor.open("/filing")
    visitor.follow(visitor.page.locator("main a.ti").first)


def give_receipt(visitor: Visitor, number: str) -> str:
    """Give a receipt for the filing that is open."""
    visitor.send(visitor.form("/receipt"), "登记回执", number=number)
    assert number in visitor.says()
    return visitor.says()


def _signing(visitor: Visitor) -> Locator:
    return visitor.page.locator("main #sign form")


def _signature(name: str) -> dict[str, str]:
    return {"open_confirmed": "yes", "agree": "yes", "typed_name": name}
