"""How many leads of one matter are proposed for linking, and how many proposals are wrong.

Reads the sample university, or a folder with leads.csv, truth/lead_truth.csv and
truth/canonical.csv, compares every pair, and counts pairs against the
matters of the truth. Three more rows ask what happens to leads that are written
otherwise: `shuffled` (other order of leads and of sentences), `paraphrased` (other
words for the same things, no names of units in short), `no register` (only the colleges are
known, no graduates and employers: the first day). `words only` is the naive peer: it
proposes by likeness of text alone, at the threshold that suits it best.

    python -m benchmarks.same_matter [FOLDER]
"""

import random
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from pathlib import Path

from casework import clock
from casework.leads.alike import LEAST, Told, pairs, tell
from casework.leads.reading import Facts, Known, Place
from tests.casework.screening import kit

EMPLOYED = frozenset({"10", "11", "12", "27", "271", "272", "75", "76"})
OTHER_WORDS = {
    "毕业证": "文凭",
    "就业": "工作",
    "学生": "同学",
    "辅导员": "带班老师",
    "登记": "填报",
    "材料": "资料",
    "公司": "企业",
    "签": "订",
    "老师": "教师",
    "说": "讲",
    "反映": "投诉",
    "孩子": "子女",
    "协议": "合约",
    "突击": "连夜",
    "自由职业": "自己接活",
}


def known_of(university: Sequence[Mapping[str, str]], name: str) -> Known:
    """Return the names of a university as its records hold them."""
    people: dict[str, list[str]] = {}
    majors: dict[str, set[str]] = {}
    for row in university:
        people.setdefault(row["name"], []).append(row["student_no"])
        majors.setdefault(row["major"], set()).add(row["college"])
    return Known(
        university=name,
        colleges=frozenset(row["college"] for row in university),
        majors={major: next(iter(held)) if len(held) == 1 else "" for major, held in majors.items()},
        classes={row["class_name"]: (row["major"], row["college"]) for row in university},
        counsellors={row["counsellor"]: row["college"] for row in university},
        employers=frozenset(row["employer_name"] for row in university if row["dest_code"] in EMPLOYED),
        people={name: tuple(numbers) for name, numbers in people.items()},
        registered={
            row["student_no"]: Place(
                college=row["college"],
                major=row["major"],
                class_name=row["class_name"],
                counsellor=row["counsellor"],
                employer=row["employer_name"] if row["dest_code"] in EMPLOYED else "",
                credit_code=row["credit_code"],
            )
            for row in university
        },
    )


def told(leads: Iterable[Mapping[str, str]], known: Known) -> list[Told]:
    """Return the leads ready for comparison."""
    return [
        tell(
            lead["lead_id"],
            f"{lead['title']}。{lead['content']}",
            received_at=datetime.fromisoformat(lead["received_at"]).replace(tzinfo=clock.BEIJING),
            known=known,
            reporter=lead["reporter_phone"],
        )
        for lead in leads
    ]


def shuffled(leads: Sequence[dict[str, str]], chance: random.Random) -> list[dict[str, str]]:
    """Return the leads in another order, their sentences too."""
    found = []
    for lead in leads:
        sentences = re.split(r"(?<=[。？！])", lead["content"])
        chance.shuffle(sentences)
        found.append({**lead, "content": "".join(sentences)})
    chance.shuffle(found)
    return found


def paraphrased(leads: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return the leads in other words; what has a name keeps it."""
    found = []
    for lead in leads:
        words = lead["content"]
        for word, other in OTHER_WORDS.items():
            keep = r"(?<!有限)(?<!责任)" if word == "公司" else ""
            words = re.sub(keep + word, other, words)
        found.append({**lead, "title": "", "content": words})
    return found


def right_pairs(truth: Iterable[Mapping[str, str]]) -> set[tuple[str, str]]:
    """Return the pairs that are one matter."""
    chosen = sorted(truth, key=lambda row: row["lead_id"])
    return {
        (one["lead_id"], other["lead_id"])
        for one, other in combinations(chosen, 2)
        if one["matter_id"] == other["matter_id"]
    }


def measured(found: set[tuple[str, str]], right: set[tuple[str, str]]) -> str:
    """Return a row's cells."""
    hit = len(found & right)
    precision = hit / len(found) if found else 1.0
    return f"{hit}/{len(found)} = {precision:.2f}".rjust(16) + f"{hit}/{len(right)} = {hit / len(right):.2f}".rjust(16)


def proposed(leads: Sequence[Told], least: float = LEAST) -> set[tuple[str, str]]:
    """Return the pairs that are proposed."""
    return {(each.one, each.other) for each in pairs(leads, least=least)}


def words_only(leads: Sequence[Told], right: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return what likeness of text alone proposes, at the threshold with the best balance."""
    bare = [replace(each, facts=Facts(), implied=Facts(), reporter="") for each in leads]
    tried = (proposed(bare, least / 4) for least in range(2, 17))
    return max(tried, key=lambda found: 2 * len(found & right) / (len(found) + len(right)))


def main() -> None:
    """Print the table, and what was missed or proposed in vain."""
    sample = Path(sys.argv[1]) if len(sys.argv) > 1 else kit.SAMPLE
    told_truth = sample / "truth" if len(sys.argv) > 1 else kit.TRUTH
    leads, truth = kit.rows(sample / "leads.csv"), kit.rows(told_truth / "lead_truth.csv")
    university = kit.rows(told_truth / "canonical.csv")
    known = known_of(university, "岭川大学")
    right = right_pairs(truth)
    started = time.perf_counter()
    as_given = told(leads, known)
    read = time.perf_counter()
    found = proposed(as_given)
    done = time.perf_counter()
    variants = {
        "as given": found,
        "shuffled": proposed(told(shuffled(leads, random.Random(7)), known)),  # noqa: S311 - an order, no secret
        "paraphrased": proposed(told(paraphrased(leads), known)),
        "no register": proposed(told(leads, Known(colleges=known.colleges))),
        "words only": words_only(as_given, right),
    }
    print(f"{len(leads)} leads, {len(right)} right pairs; read {read - started:.2f} s, compared {done - read:.2f} s")
    print(f"{'':<14}{'precision':>16}{'recall':>16}")
    for name, some in variants.items():
        print(f"{name:<14}{measured(some, right)}")
    for margin in (-1.5, -1.0, -0.5, 0.5, 1.0):
        print(f"{f'least {margin:+}':<14}{measured(proposed(as_given, LEAST + margin), right)}")
    print("missed:", *sorted("–".join(pair) for pair in right - found))
    print("in vain:", *sorted("–".join(pair) for pair in found - right))


if __name__ == "__main__":
    main()
