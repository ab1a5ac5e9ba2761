from collections import Counter

import pytest

from casework.screening.kinds import kind_of, majority, peers_of, stage_of

KINDS = [
    ("080202", "工学"), ("130502", "艺术学"), ("120203K", "管理学"), ("040201", "体育学"), ("045200", "体育学"),
    ("040106", "教育学"), ("120801", "电子商务"), ("510201", "电子与信息"), ("310201", "电子与信息"),
    ("550101", "文化艺术"), ("520201", "医药卫生"), ("570301", "体育学"), ("590101", "公共管理与服务"),
    ("410101", "农林牧渔"), ("", "专业代码不明"), (None, "专业代码不明"), ("200101", "专业代码不明"),
    ("６６", "专业代码不明"), ("无", "专业代码不明"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "kind"), KINDS)
def test_the_first_digits_tell_the_kind(code, kind):
    assert kind_of(code) == kind


@pytest.mark.parametrize(("level", "stage"), [("33", "31"), ("25", "31"), ("03", "01"), ("99", "99"), (None, "")])
def test_degrees_with_and_without_diploma_are_one_stage(level, stage):
    assert stage_of(level) == stage


PEERS = [
    ({("工学", "31"): 100}, ("工学·本科", "理工农类·本科", "理工农类", "全部·本科", "全部")),
    ({("工学", "31"): 60, ("理学", "31"): 40}, ("理工农类·本科", "理工农类", "全部·本科", "全部")),
    ({("工学", "31"): 60, ("管理学", "31"): 40}, ("全部·本科", "全部")),
    # Art is never held against others, and its postgraduates not against its undergraduates.
    ({("艺术学", "31"): 100}, ("艺术学·本科", "艺术体育类·本科")),
    ({("艺术学", "11"): 100}, ("艺术学·硕士", "艺术体育类·硕士")),
    # A third of designers would raise an engineering college's share all by themselves.
    ({("工学", "31"): 70, ("艺术学", "31"): 30}, ()),
    ({("专业代码不明", "31"): 100}, ()),
]


@pytest.mark.parametrize(("mix", "names"), PEERS)
def test_peers_go_from_the_kind_to_its_family_to_all(mix, names):
    assert peers_of(Counter(mix)) == names


def test_the_majority_says_its_share():
    assert majority(Counter({("工学", "31"): 50, ("工学", "11"): 25, ("理学", "31"): 25})) == ("工学", 0.75)
