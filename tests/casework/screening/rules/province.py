"""A made-up province: twelve universities, ordinary employers, planted schemes and those that only look like them.

What is planted and what is a decoy is known by the employer's name, so that a
test can say whom a rule found and whom it accused.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from tests.casework.screening import kit

UNIVERSITIES = tuple(f"{name}大学" for name in "甲乙丙丁戊己庚辛壬癸子丑")
COLLEGES = tuple(f"{name}学院" for name in ("机械", "电气", "外语", "管理", "艺术", "化工"))
YEARS = (2021, 2022, 2023)
SIGNED = date(2024, 6, 1)


@dataclass
class Province:
    """The frames as rows, and which code belongs to which kind of employer."""

    chance: random.Random
    records: list[dict] = field(default_factory=list)
    employers: list[dict] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)

    def employer(self, kind, *, name=None, registered=True, past=None, **of_register):
        """Register an employer and return its code; `past` are its graduates of the three years before."""
        number = len(self.kinds)
        code = f"91420100MY{number:08}"
        self.kinds[code] = kind
        sound = {"name": name or f"第{number}号有限公司", "status": "存续", "founded_date": date(2012, 3, 1)}
        if registered:
            self.employers.append({"credit_code": code, "nature_code": "39", **sound, **of_register})
        for year, graduates in zip(YEARS, past or (), strict=False):
            self.history.append({"credit_code": code, "cohort_year": year, "graduates": graduates})
        return code

    def hire(self, code, how_many, *, universities=UNIVERSITIES[:1], colleges=COLLEGES, forms=("10", "11"), **values):
        """Let so many graduates of these universities and colleges, each in turn, be hired."""
        named = next((row["name"] for row in self.employers if row["credit_code"] == code), f"未登记单位{code[-3:]}")
        for n in range(how_many):
            self.records.append(
                {
                    "student_no": f"S{len(self.records):06}",
                    "university": universities[n % len(universities)],
                    "college": colleges[n % len(colleges)],
                    "destination_code": forms[n % len(forms)],
                    "credit_code": code,
                    "employer_name": named,
                    "signing_date": SIGNED,
                    **values,
                }
            )

    def frames(self, **others):
        return {
            "records": kit.frame("records", self.records),
            "employers": kit.frame("employers", self.employers),
            "history": kit.frame("history", self.history),
            "codes": kit.codes(),
        } | others

    def of_kind(self, beginning):
        """Return the codes of employers whose kind begins so."""
        return {code for code, kind in self.kinds.items() if kind.startswith(beginning)}


@cache
def province(seed=1):
    """Return the province of one seed; nobody changes it."""
    made = Province(random.Random(seed))  # noqa: S311 - a made-up population
    _ordinary(made)
    _mills(made)
    _links(made)
    _jumps(made)
    _fresh(made)
    return made


def _ordinary(made):
    chance = made.chance
    for _ in range(400):
        hired = chance.choice((1, 1, 2, 3, 5, 8, 12))
        usual = [max(0, hired + chance.randint(-2, 2)) for _ in YEARS]
        code = made.employer("ordinary", insured_headcount=hired * chance.randint(8, 60), past=usual)
        made.hire(code, hired, universities=chance.sample(UNIVERSITIES, 3), colleges=chance.sample(COLLEGES, 3))
    for _ in range(30):  # firms that the register lacks recruit too
        hired = chance.randint(1, 20)
        code = made.employer("ordinary unregistered", registered=False, past=[hired, hired, hired])
        made.hire(code, hired, universities=chance.sample(UNIVERSITIES, 8))


def _mills(made):
    chance = made.chance
    for n in range(12):
        code = made.employer("mill", insured_headcount=chance.randint(0, 7))
        made.hire(code, 8 + n, universities=chance.sample(UNIVERSITIES, 5), forms=("12", "12", "10"))
    for n in range(3):
        code = made.employer("mill unknown", insured_headcount=None)
        made.hire(code, 9 + n, universities=chance.sample(UNIVERSITIES, 6), forms=("12",))
    everywhere = {"universities": UNIVERSITIES[:8]}
    made.hire(
        made.employer("decoy dispatch", name="某劳务派遣有限公司", insured_headcount=12, past=[40] * 3),
        40,
        **everywhere,
    )
    made.hire(made.employer("decoy branch", name="某集团有限公司武汉分公司", insured_headcount=0), 30, **everywhere)
    made.hire(
        made.employer("decoy hospital", insured_headcount=None, nature_code="23", past=[30] * 3), 30, **everywhere
    )
    made.hire(made.employer("decoy unknown", insured_headcount=None, past=[20] * 3), 24, **everywhere)
    made.hire(
        made.employer("decoy four universities", insured_headcount=3, past=[9] * 3), 10, universities=UNIVERSITIES[:4]
    )


def _links(made):
    chance = made.chance
    for n in range(10):
        college, first = COLLEGES[n % 6], f"line {n}"
        for k in range(3 + n % 4):
            shared = {"phone_index": first} if k < 2 else {"address": f"武汉市洪山区珞喻路{n}号{n}室"}
            both = shared | ({"address": f"武汉市洪山区珞喻路{n}号{n}室"} if k == 1 else {})
            code = made.employer("link", insured_headcount=chance.randint(0, 3), **both)
            made.hire(code, 2, colleges=(college,))
    for n in range(30):  # an office tower: many small firms of one trade, most with graduates of one college
        code = made.employer("decoy tower", insured_headcount=1, address="武汉市江夏区光谷大道77号金融港")
        made.hire(code, 1, colleges=(COLLEGES[4],)) if n < 12 else None
    for n in range(20):  # a bookkeeper acts for small firms
        code = made.employer("decoy bookkeeper", insured_headcount=2, agent_index="one agent")
        made.hire(code, 1, colleges=(COLLEGES[3],)) if n < 9 else None
    for n in range(4):  # a parent and its subsidiaries answer one recruiting line
        code = made.employer(
            "decoy group", insured_headcount=(900, 30, 12, 8)[n], phone_index="head office", past=[4] * 3
        )
        made.hire(code, 4, colleges=(COLLEGES[0],))
    for _ in range(4):  # schools of one bureau
        code = made.employer("decoy schools", insured_headcount=None, nature_code="22", phone_index="bureau")
        made.hire(code, 5, colleges=(COLLEGES[2],))
    for n in range(3):  # a park's switchboard: three neighbours, three colleges
        code = made.employer("decoy park", insured_headcount=3, phone_index="park")
        made.hire(code, 2, colleges=(COLLEGES[n],))


def _jumps(made):
    chance = made.chance
    for n in range(10):
        code = made.employer(
            "jump", insured_headcount=chance.randint(10, 40), past=[chance.randint(0, 1) for _ in YEARS]
        )
        made.hire(code, 14 + n)
    made.hire(made.employer("decoy growth", insured_headcount=2600, past=[3, 4, 3]), 45)
    made.hire(made.employer("decoy batches", insured_headcount=80, past=[2, 30, 1]), 38)
    made.hire(made.employer("decoy steady", insured_headcount=30, past=[9, 11, 10]), 12)
    made.hire(made.employer("decoy unknown jump", insured_headcount=None), 12)


def _fresh(made):
    for n in range(6):
        code = made.employer("fresh", insured_headcount=(0, None)[n % 2], founded_date=SIGNED - timedelta(days=20 * n))
        made.hire(code, 5)
    young = {"founded_date": SIGNED - timedelta(days=90)}
    made.hire(made.employer("decoy fresh insured", insured_headcount=25, **young), 5)
    made.hire(made.employer("decoy fresh branch", name="另一集团有限公司武汉分公司", insured_headcount=0, **young), 6)
    made.hire(made.employer("decoy fresh school", insured_headcount=None, nature_code="22", **young), 9)
    made.hire(made.employer("decoy half a year", insured_headcount=0, founded_date=SIGNED - timedelta(days=181)), 6)
    made.hire(made.employer("decoy own business", insured_headcount=0, **young), 6, forms=("751",))
