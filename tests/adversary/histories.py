"""A small office to which anything may happen, in any order: every act is one that people take, through its operation.

An act that is refused leaves nothing but its noted refusal; that is part of the
history too. What left the house on the way (heads of the journal on papers) is
remembered as its recipients would keep it.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import count

from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError
from casework.filing.held_heads import HeldHead
from casework.filing.models import Filing
from casework.operations.advance import advance
from casework.operations.confirm_batch import confirm_batch
from casework.operations.erase_values import erase_values
from casework.operations.refuse_report import refuse_report
from casework.operations.report_lead import report_lead
from casework.operations.return_filing import return_filing
from casework.operations.send_report import send_report
from casework.operations.small_steps import add_note
from casework.operations.stage_batch import code_tables, note_staged, parse
from casework.operations.take_file import take_file
from casework.people.actors import actor_of
from casework.reports.models import Report
from tests.casework.factories import make_case
from tests.casework.operations.bench import verify
from tests.casework.operations.reporting import attach, frozen, give_receipt, make_office, prepare, sign
from tests.casework.sample_university import graduate, registration
from workflows.errors import Refused

ACTS = ("open", "note", "erase", "attach", "verify", "begin", "conclude", "accept", "reopen", "lead", "import",
        "freeze", "sign", "refuse", "send", "receipt", "return")  # fmt: skip
WORDS = "李四，电话13812346021，称从未签约"
_numbers = count(1)


@dataclass
class History:
    """An office, what was done in it (and whether it was allowed), and the heads that others hold by now."""

    settings: object
    office: object = None
    done: list = field(default_factory=list)
    held: list = field(default_factory=list)

    def __post_init__(self):
        with unit_of_work():
            self.office = make_office()
            prepare(self.office)
            make_case(self.office.organisation, self.office.round_, state="accepted", owner=self.office.investigator)

    @property
    def report(self):
        wanted = select(Report).filter_by(organisation_id=self.office.organisation.id)
        return db.session.scalars(wanted.order_by(Report.id.desc()).limit(1)).one_or_none()

    def cases(self):
        wanted = select(Case).filter_by(organisation_id=self.office.organisation.id).order_by(Case.id)
        return db.session.scalars(wanted).all()

    def case(self, which):
        cases = self.cases()
        return cases[which % len(cases)]

    def act(self, name, which):
        """Do one thing to the case or slot that `which` points at; note whether it was allowed."""
        try:
            with unit_of_work():
                getattr(self, f"_{name}")(which)
        except (CaseworkError, Refused):
            self.done.append((name, False))
            return
        self.done.append((name, True))
        if name == "freeze":
            [head] = self.report.manifest["journal_heads"]
            self.held.append(HeldHead(head["organisation"], head["seq"], head["hash"], root=head["root"]))

    def _erase(self, which):
        """Erase what the journal holds about a case; in its time it is refused, for it must be kept."""
        actor = actor_of(self.office.supervisor)
        where = {"organisation": self.office.organisation, "subject": self.case(which).number}
        erase_values(**where, reason="保存期限已过", actor=actor)

    def _open(self, _which):
        make_case(self.office.organisation, self.office.round_, state="investigating", owner=self.office.investigator)

    def _note(self, which):
        add_note(self.case(which), words=WORDS, actor=actor_of(self.office.investigator))

    def _attach(self, which):
        content = b"%PDF-1.4\n" + str(next(_numbers)).encode() + b"\n%%EOF\n"
        attach(self.case(which), self.office, self.settings, content=content)

    def _verify(self, which):
        verify(
            self.case(which), self.office.investigator, method="letter", evidence_class="employer",
            supplied_by="employer",
        )  # fmt: skip

    def _begin(self, which):
        advance(self.case(which), "begin", actor=actor_of(self.office.investigator))

    def _conclude(self, which):
        self._attach(which)
        self._verify(which)
        actor = actor_of(self.office.investigator)
        advance(self.case(which), "conclude", actor=actor, conclusion="unfounded", note="复函证实录用")

    def _accept(self, which):
        advance(self.case(which), "accept", actor=actor_of(self.office.supervisor))

    def _reopen(self, which):
        advance(self.case(which), "reopen", actor=actor_of(self.office.supervisor), reason="来函更正")

    def _lead(self, _which):
        report_lead(
            organisation=self.office.organisation, round=self.office.round_, title="要求签约",
            content="辅导员要求签约。", settings=self.settings,
        )  # fmt: skip

    def _import(self, _which):
        number = next(_numbers)
        path = registration(self.settings.data_dir, graduate(number), name=f"graduates-{number}.csv")
        actor, office = actor_of(self.office.supervisor), self.office
        batch = take_file(
            organisation=office.organisation, round_=office.round_, file_name=path.name, source=path, actor=actor,
            settings=self.settings,
        )  # fmt: skip
        db.session.flush()
        tables = code_tables(batch.round_id)
        note_staged(batch, parse(batch, settings=self.settings, tables=tables, on_progress=lambda *_: None))
        confirm_batch(batch, actor=actor, settings=self.settings, taken_on=date(2024, 7, 25))

    def _freeze(self, _which):
        open_ones = [case.number for case in self.cases() if case.state != "corrected" or case.accepted_at is None]
        frozen(self.office, self.settings, open_reasons=dict.fromkeys(open_ones, "仍在核查"))

    def _sign(self, which):
        slot = ("party_leader", "admin_leader")[which % 2]
        sign(self._standing(), slot, getattr(self.office, slot))

    def _refuse(self, _which):
        refuse_report(self._standing(), reason="措施不够具体", actor=actor_of(self.office.party_leader))

    def _send(self, _which):
        send_report(self._standing(), actor=actor_of(self.office.supervisor))

    def _receipt(self, which):
        filing = self._filing(which)
        give_receipt(filing, self._recipient(filing), number=f"鄂备〔2024〕{filing.id}号")

    def _return(self, which):
        filing = self._filing(which)
        return_filing(filing, reason="附件缺页", actor=actor_of(self._recipient(filing)))

    def _standing(self):
        if self.report is None:
            raise CaseworkError("no report")
        return self.report

    def _filing(self, which):
        report = self._standing()
        sent = db.session.scalars(select(Filing).filter_by(report_id=report.id).order_by(Filing.id)).all()
        if not sent:
            raise CaseworkError("nothing was sent")
        return sent[which % len(sent)]

    def _recipient(self, filing):
        return self.office.discipline_officer if filing.capacity == "discipline" else self.office.superior_officer
