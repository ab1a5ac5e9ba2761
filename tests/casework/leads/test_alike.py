from datetime import datetime, timedelta

import pytest

from casework import clock
from casework.leads import alike
from casework.leads.alike import LEAST, like, pairs, tell
from casework.leads.reading import Facts, Known, Place
from tests.casework.screening import kit

ON = datetime(2024, 7, 29, 9, 0, tzinfo=clock.BEIJING)
KNOWN = Known(
    colleges=frozenset({"法学院", "外国语学院"}),
    employers=frozenset({"武汉骁岫劳务服务有限公司", "长沙煦屿企业服务有限公司"}),
    counsellors={"魏文凯": "法学院"},
    registered={
        "202001110210": Place(college="外国语学院", employer="长沙煦屿企业服务有限公司", class_name="英语2001班"),
        "202001110211": Place(college="外国语学院", employer="长沙煦屿企业服务有限公司", class_name="英语2001班"),
    },
)


LETTER = "不签就扣毕业证，班里七个人没有拿到，老师说回头再解约"


def lead(key, text, *, days=0, reporter="", **said):
    facts = Facts(**{kind: frozenset(values) for kind, values in said.items()})
    return tell(key, text, received_at=ON + timedelta(days=days), known=KNOWN, said=facts, reporter=reporter)


def codes(one, other):
    return {why.code for why in pairs([one, other], least=-99)[0].why}


def score(one, other):
    return pairs([one, other], least=-99)[0].score


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("学号202001110210没上班", "202001110210，申请作废", alike.STUDENT),
        ("骗人的武汉骁岫劳务服务有限公司", "学院安排到武汉市骁岫劳务服务有限责任公司", alike.EMPLOYER),
        ("学号202001110210没上班", "长沙煦屿企业服务有限公司是空的", alike.REGISTERED_THERE),
        ("辅导员魏文凯改数据", "魏文凯带的学生夜里变更", alike.COUNSELLOR),
        ("法学院扣着学位证", "法学院说没有合同不给毕业证书", alike.COLLEGE),
        ("请打16925588689", "卖家电话169-2558 8689", alike.CONTACT),
        ("8月30日夜里", "八月的事，8月30号", alike.DAY),
        (LETTER, f"信访转来：{LETTER}。请核", alike.COPIED),
    ],
)  # fmt: skip
def test_what_two_leads_share_is_their_reason(one, other, reason):
    assert reason in codes(lead("a", one), lead("b", other))


def test_a_college_alone_proposes_nothing_and_one_complaint_about_it_does():
    withheld, asked = lead("a", "法学院扣着学位证不发"), lead("b", "法学院没有合同就不给毕业证书")
    quiet = lead("c", "法学院食堂太贵")
    assert score(withheld, asked) >= LEAST
    assert score(withheld, quiet) < LEAST


def test_two_graduates_of_one_class_and_firm_are_no_one_matter():
    one, other = lead("a", "学号202001110210没上班"), lead("b", "学号202001110211没上班")
    assert alike.OTHER_STUDENTS in codes(one, other)
    assert score(one, other) < LEAST


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("法学院扣学位证", "外国语学院扣学位证", alike.OTHER_COLLEGES),
        ("武汉骁岫劳务服务有限公司挂名", "长沙煦屿企业服务有限公司挂名", alike.OTHER_EMPLOYERS),
    ],
)
def test_what_tells_two_leads_apart_counts_against_them(one, other, reason):
    assert reason in codes(lead("a", one), lead("b", other))
    assert score(lead("a", one), lead("b", other)) < LEAST


def test_the_same_reporter_is_a_reason_that_shows_nobody():
    one, other = lead("a", "我没签过", reporter="5f3c"), lead("b", "去向不实", reporter="5f3c")
    (why,) = [each for each in pairs([one, other], least=0)[0].why if each.code == alike.REPORTER]
    assert why.shared == ()


def test_two_anonymous_leads_have_no_reporter_in_common():
    assert alike.REPORTER not in codes(lead("a", "我没签过"), lead("b", "去向不实"))


def test_student_numbers_and_telephones_are_not_shown():
    one, other = (lead(key, "学号202001110210，电话16925588689") for key in "ab")
    shown = {text for why in pairs([one, other])[0].why for text in why.shared}
    assert "2020****0210" in shown
    assert not {"202001110210", "16925588689"} & shown


def test_a_long_list_shares_a_student_with_anything_and_weighs_less():
    many = [f"2020011102{number:02}" for number in range(40)]
    short, listed = lead("a", "学号202001110210没上班"), lead("b", "下发问题数据", student_nos=many)
    points = {why.code: why.points for why in pairs([short, listed], least=0)[0].why}
    assert points[alike.STUDENT] < LEAST


def test_the_order_in_which_leads_are_given_changes_nothing():
    texts = {"d": "法学院扣学位证", "b": "法学院扣毕业证", "c": "改数", "a": "魏文凯"}
    given = [lead(key, text) for key, text in texts.items()]
    assert pairs(given, least=-99) == pairs(given[::-1], least=-99)


def test_a_lead_is_not_like_itself_and_nothing_is_like_nothing():
    one = lead("a", "法学院扣学位证")
    assert like(one, [one]) == ()
    assert pairs([lead("a", ""), lead("b", "")]) == ()


def test_every_reason_has_a_sentence():
    named = {value for name, value in vars(alike).items() if name.isupper() and isinstance(value, str)}
    assert named == set(alike.REASONS)


def test_the_sample_universitys_matters_are_found_and_likeness_of_words_alone_finds_few():
    leads, matters = kit.rows(kit.SAMPLE / "leads.csv"), kit.rows(kit.TRUTH / "lead_truth.csv")
    matter = {row["lead_id"]: row["matter_id"] for row in matters}
    known = Known(colleges=frozenset(row["unit"] for row in matters if row["unit_type"] == "college"))
    read = [
        tell(
            row["lead_id"],
            row["content"],
            received_at=datetime.fromisoformat(row["received_at"]).replace(tzinfo=clock.BEIJING),
            known=known,
        )
        for row in leads
    ]
    found = [matter[each.one] == matter[each.other] for each in pairs(read)]
    naive = [
        lead_ for lead_ in pairs([bare(each) for each in read], least=1.0) if matter[lead_.one] == matter[lead_.other]
    ]
    assert sum(found) >= 8
    assert sum(found) >= 0.8 * len(found)
    assert len(naive) < sum(found)


def bare(told):
    return tell(told.key, told.text, received_at=told.received_at, known=Known()).__class__(
        key=told.key, text=told.text, received_at=told.received_at, facts=Facts()
    )


def test_a_copy_is_looked_for_near_the_beginning_alone_however_long_the_texts_are(monkeypatch):
    asked = []
    monkeypatch.setattr(alike.fuzz, "partial_ratio", lambda short, long: asked.append((len(short), len(long))) or 0)
    one, other = (lead(key, word * 10_000) for key, word in (("a", "收走了证"), ("b", "不给盖章")))
    assert codes(one, other) == {alike.NEAR}
    assert asked == [(2000, 2000)]


def test_two_leads_are_compared_by_themselves_as_they_are_among_others():
    one, other = lead("a", "骗人的武汉骁岫劳务服务有限公司"), lead("b", "学院安排到武汉市骁岫劳务服务有限责任公司")
    assert alike.EMPLOYER in {why.code for why in alike.between(one, other)}
    assert {why.code for why in alike.between(one, lead("c", "食堂太贵", days=90))} == set()
