import pyarrow.compute as pc
import pytest

from casework.screening.rules.proofs import INTERNSHIP_PROOF, PROOF_MISSING, PROOF_REUSED, PROOF_WRONG_KIND
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, naive, observed, record


def proof(number, **values):
    sound = {
        "student_no": str(number),
        "file_name": "合同.pdf",
        "sha256": f"hash{number}",
        "kind": "劳动合同",
        "size": 9,
    }
    return sound | values


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"file_name": "顶岗实习协议书.pdf"}, True),
        ({"text_excerpt": "兹证明该生在我单位见习"}, True),
        ({"kind": "就业见习协议"}, True),
        ({"text_excerpt": "就业见习协议书 见习期六个月"}, True),
        ({"text_excerpt": "劳动合同 见习期一年"}, False),  # the first year of a regular post
        ({"text_excerpt": None}, False),
    ],
)
def test_internship_papers_are_known_by_kind_name_and_words(values, found):
    given = frames(records=[record(1, destination_code="11")], proofs=[proof(1, **values)])
    assert bool(observed(INTERNSHIP_PROOF, given)) is found


def test_who_claims_no_employment_may_file_what_they_like():
    given = frames(records=[record(1, destination_code="70")], proofs=[proof(1, file_name="实习证明.pdf")])
    assert observed(INTERNSHIP_PROOF, given) == {}


def test_a_mention_of_regular_employment_is_told_first():
    given = frames(records=[record(1)], proofs=[proof(1, file_name="实习转正通知.pdf")])
    assert observed(INTERNSHIP_PROOF, given)["1"]["converted"]


def test_a_file_name_is_never_part_of_a_finding():
    given = frames(records=[record(1)], proofs=[proof(1, file_name="某同学_实习证明.pdf")])
    assert "某同学" not in str(observed(INTERNSHIP_PROOF, given))


@pytest.mark.parametrize(
    ("destination", "proofs", "found"),
    [
        ("10", [], True),
        ("10", [proof(1, size=0)], True),
        ("10", [proof(1, size=0), proof(1)], False),
        ("10", [proof(1, size=None)], False),
        ("801", [], True),
        ("70", [], False),
        ("99", [], False),  # an unknown code is another finding
        (None, [], False),
    ],
)
def test_a_settled_destination_needs_a_file_with_something_in_it(destination, proofs, found):
    given = frames(records=[record(1, destination_code=destination)], proofs=proofs)
    assert bool(observed(PROOF_MISSING, given)) is found


OFFICIAL = {"kind": "项目录用通知", "file_name": "拟录用人员公示名单.pdf"}


@pytest.mark.parametrize(
    ("destination", "values", "found"),
    [
        ("10", {}, True),
        ("503", OFFICIAL, False),
        ("801", {"kind": "录取通知书", "text_excerpt": "2024年硕士研究生拟录取名单"}, False),
        ("801", {"kind": "录取通知书"}, True),  # a personal letter is nobody else's
        ("12", {"kind": "聘用证明", "file_name": "名单公示.pdf"}, True),  # a name alone makes no official list
        ("10", OFFICIAL, True),  # nobody is signed up by an employer through such a list
        ("10", {"size": 0}, False),
        ("10", {"sha256": None}, False),
    ],
)
def test_one_file_of_two_persons_is_found_unless_it_is_an_official_list(destination, values, found):
    rows = [record(n, destination_code=destination) for n in (1, 2, 3)]
    files = [proof(n, **{"sha256": "same"} | values) for n in (1, 2)] + [proof(3)]
    assert set(observed(PROOF_REUSED, frames(records=rows, proofs=files))) == ({"1", "2"} if found else set())


def test_one_person_may_upload_the_same_file_twice():
    given = frames(records=[record(1)], proofs=[proof(1), proof(1, file_name="again.pdf")])
    assert observed(PROOF_REUSED, given) == {}


KINDS = [
    ("10", "就业协议书", False),
    ("10", "录用函", False),
    ("10", "聘用证明", True),
    ("11", "劳动合同", False),
    ("11", "劳动合同（盖章页、签字页）", False),
    ("11", "聘用证明", True),
    ("12", "收入流水", False),
    ("12", "劳动合同", False),  # proves more than is asked for
    ("271", "聘用协议", False),
    ("271", "录取通知书", True),
    ("46", "入伍通知书", False),
    ("46", "项目录用通知", False),  # public lists are filed so
    ("753", "网店截图", False),
    ("76", "收入流水", False),
    ("76", "劳动合同", True),
    ("801", "录取通知书", False),
    ("801", "境外录取通知书", True),
    ("85", "录取通知书", False),
    ("85", "营业执照", True),
    ("10", "其他材料", False),  # what the table does not know is not judged
    ("10", None, False),
    ("70", "劳动合同", False),  # nothing is asked for
    ("99", "劳动合同", False),  # an unknown code is another finding
    (None, "劳动合同", False),
]


@pytest.mark.parametrize(("destination", "kind", "found"), KINDS)
def test_the_paper_must_fit_the_destination(destination, kind, found):
    given = frames(records=[record(1, destination_code=destination)], proofs=[proof(1, kind=kind)])
    assert bool(observed(PROOF_WRONG_KIND, given)) is found


@pytest.mark.parametrize("second", [{"kind": "劳动合同"}, {"kind": "其他"}])
def test_one_paper_that_may_fit_is_enough(second):
    both = [proof(1, kind="聘用证明"), proof(1, sha256="b", **second)]
    assert observed(PROOF_WRONG_KIND, frames(records=[record(1, destination_code="11")], proofs=both)) == {}


def test_an_empty_file_fits_nothing_and_speaks_for_nothing():
    both = [proof(1, kind="聘用证明"), proof(1, sha256="b", kind="劳动合同", size=0)]
    assert observed(PROOF_WRONG_KIND, frames(records=[record(1, destination_code="11")], proofs=both))
    alone = frames(records=[record(1, destination_code="11")], proofs=[proof(1, kind="聘用证明", size=0)])
    assert observed(PROOF_WRONG_KIND, alone) == {}


def test_a_round_without_the_table_judges_nothing():
    codes = kit.codes()
    without = codes.filter(pc.not_equal(codes["table"], "proof_kind"))
    given = frames(codes=without, records=[record(1, destination_code="11")], proofs=[proof(1, kind="聘用证明")])
    assert observed(PROOF_WRONG_KIND, given) == {}


def test_who_asks_for_the_named_paper_alone_accuses_a_contract_and_an_unknown_paper():
    strict = naive(
        PROOF_WRONG_KIND,
        ("WHERE filed.paper IS NOT NULL)", ")"),
        ("filed.paper IS NULL OR matrix.paper IS NOT NULL", "matrix.paper IS NOT NULL"),
    )
    given = frames(records=[record(1)], proofs=[proof(1, kind="其他材料")])
    assert observed(strict, given)
    assert observed(PROOF_WRONG_KIND, given) == {}


def test_a_university_that_handed_in_no_list_is_not_one_without_proofs():
    rows = [record(1, university="甲大学"), record(2, university="甲大学"), record(3, university="乙大学")]
    given = frames(records=rows, proofs=[proof(1)])
    assert set(observed(PROOF_MISSING, given)) == {"2"}
    everybody = naive(PROOF_MISSING, (" SEMI JOIN handed_in USING (university)", ""))
    assert set(observed(everybody, given)) == {"2", "3"}
