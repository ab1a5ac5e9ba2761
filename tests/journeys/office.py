"""An office that does its whole self-check by command line: what it types, step by step."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.journeys import small_university as university
from tests.journeys.small_university import Exports
from tests.support.command_line import CommandLine

PASSWORD = "correct horse battery"
WHERE = ("--organisation", "ORG0201", "--round", "2024")
INVESTIGATOR, CONFLICTED, SUPERVISOR, PARTY, ADMIN, DISCIPLINE, PROVINCE = "U001 U002 U013 U018 U019 U020 U021".split()  # noqa: SIM905 - seven accounts read better as words
DENIES, CANCELLED, INTERN, OWN_PHONE, NO_PROOF, TINY = (
    "登记待核：学生反馈从未签订",
    "登记待核：签约前单位已注销/吊销",
    "登记待核：疑似以实习见习材料充数",
    "登记待核：单位电话即本人或家庭电话",
    "登记待核：佐证缺失",
    "名毕业生登记在",
)
NAMES = {PARTY: "何诚航", ADMIN: "康莹蕾"}
SLOTS = {PARTY: "party_leader", ADMIN: "admin_leader"}
CONTRACT = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@dataclass(frozen=True)
class Office:
    """The people of the small university at one terminal."""

    at: CommandLine
    exports: Exports
    folder: Path

    def set_up(self) -> None:
        """Bring in round, organisations, people and passwords."""
        self.at.done("round", "2024")
        self.at.done("people", self.exports.organisations(), self.exports.people())
        for login in (PARTY, ADMIN):
            self.at.done("password", login, "--password", PASSWORD)

    def bring_in(self, path: Path) -> str:
        return self.at.done("import", path, "--as", SUPERVISOR, *WHERE, "--yes")

    def import_everything(self) -> None:
        """Import every file of the first day."""
        for path in (
            self.exports.graduates("graduates_2024-07-25.csv"),
            self.exports.register(),
            self.exports.proofs(),
            self.exports.change_log(),
            self.exports.operators(),
            self.exports.confirmations("confirm_2024-07-25.csv", {university.DENIES: "2024-07-20 21:00:00"}),
        ):
            self.bring_in(path)

    def screen(self) -> str:
        return self.at.done("screen", "--as", SUPERVISOR, *WHERE, "--open")

    def cases(self) -> dict[str, str]:
        """Return the open cases: what each line says of its matter, and its number."""
        lines = self.at.done("case", "list", "--as", SUPERVISOR).splitlines()
        return {line.split("  ")[-1]: line.split("  ")[0] for line in lines}

    def number_of(self, matter: str) -> str:
        """Return the number of the open case about a matter."""
        (number,) = [number for title, number in self.cases().items() if matter in title]
        return number

    def verify(
        self, number: str, method: str, evidence_class: str, result: str = "supports", by: str = "other"
    ) -> None:
        given = ("--method", method, "--evidence-class", evidence_class, "--result", result, "--supplied-by", by)
        self.at.done("case", "verify", number, *given, "--note", "已核", "--as", INVESTIGATOR)

    def verify_twice(self, number: str) -> None:
        """Log what a grave case needs: two kinds of evidence that are independent of each other."""
        self.verify(number, "phone", "graduate", by="graduate")
        self.verify(number, "letter", "employer", by="employer")

    def attach(self, number: str) -> None:
        """Give a case a file of evidence of its own."""
        path = self.folder / f"材料-{number}.pdf"
        path.write_bytes(CONTRACT + number.encode())
        self.at.done("case", "evidence", number, path, "--evidence-class", "original_document", "--as", INVESTIGATOR)

    def act(self, action: str, *numbers: str, by: str = INVESTIGATOR, **given: str) -> str:
        return self.at.done("case", "act", action, *numbers, *_options(given), "--as", by)

    def conclude(self, number: str, conclusion: str, note: str = "已查明") -> str:
        return self.act("conclude", number, conclusion=conclusion, note=note)

    def state_of(self, number: str) -> str:
        return self.at.done("case", "show", number, "--as", SUPERVISOR).split("  ")[2]

    def prepare_report(self) -> None:
        """Issue the plan, answer the checklist, list a measure."""
        plan = {"method": "全量筛查", "recording": "逐案记录", "rectification": "查实即改", "responsible": "肖国舒"}
        self.report("plan", *WHERE, **plan)
        for clause in ("N1.1", "N1.2", "N1.3", "N1.4", "N1.5"):
            answer = {"method": "逐条审核", "examined": "全部登记", "finding": "已核实", "responsible": "李梦洁"}
            self.report("checklist", clause, *WHERE, **answer)
        measure = {"goal": "登记真实准确", "measure": "两级审核", "responsible": "李梦洁", "due": "2024-08-31"}
        self.report("measure", *WHERE, **measure)

    def draft(self) -> str:
        """Draft the report in the making and return its number."""
        texts = {"work": "筛查全部登记数据。\n逐件回访。", "problems": "个别登记不实。", "causes": "审核把关不严。"}
        return self.report("draft", *WHERE, **texts).strip()

    def freeze(self, number: str, reason: str = "等待材料") -> str:
        """Freeze a report and return the hash of its manifest."""
        return hash_in(self.report("freeze", number, open_reason=reason))

    def sign(self, number: str, *, by: str, **given: str) -> str:
        return self.at.done("report", "sign", number, *self.signing(by, **given), given=f"{PASSWORD}\n")

    def signing(self, by: str, **given: str) -> tuple[str, ...]:
        """Return what a leader types to sign."""
        fixed = ("--name", NAMES[by], "--slot", SLOTS[by], "--password-stdin", "--confirm-open", "--as", by)
        return (*fixed, *_options(given))

    def report(self, *words: object, by: str = SUPERVISOR, **given: str) -> str:
        return self.at.done("report", *words, *_options(given), "--as", by)


def hash_in(shown: str) -> str:
    """Return the hash of the manifest as it is printed."""
    return re.search(r"\b[0-9a-f]{64}\b", shown)[0]


def _options(given: dict[str, str]) -> tuple[str, ...]:
    return tuple(word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value))
