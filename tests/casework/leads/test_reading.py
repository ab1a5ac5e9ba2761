from datetime import date, datetime

import pytest

from casework import clock
from casework.leads.reading import Facts, Known, Place, bigrams, implied, read, told

ON = datetime(2024, 8, 31, 22, 0, tzinfo=clock.BEIJING)
KNOWN = Known(
    university="岭川大学",
    colleges=frozenset({"法学院", "电气与自动化学院", "电子信息学院"}),
    majors={"法学": "法学院", "软件工程": ""},
    classes={"软件工程2001班": ("软件工程", "电子信息学院")},
    counsellors={"魏文凯": "法学院"},
    employers=frozenset({"武汉市骁岫劳务服务有限责任公司", "岭川大学", "小店"}),
    people={"林清旺": ("202001110210",), "余飞": ("202003110176", "202016110220")},
    registered={
        "202001110210": Place(college="法学院", employer="无锡骁昱数据科技股份有限公司", class_name="法学2001班"),
        "202003110176": Place(college="电子信息学院"),
        "202016110220": Place(college="法学院"),
    },
    places=frozenset({"武汉市"}),
)


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("学号２０２００１１１０２１０，已上班", "student_nos", {"202001110210"}),  # full width
        ("学号202116539999没去过", "student_nos", set()),  # nobody has it, and no neighbour is meant
        ("请打16925588689", "phones", {"16925588689"}),
        ("请打16925588689", "student_nos", set()),
        ("代码 91420100MYL9UG7M2K 被冒用", "credit_codes", {"91420100MYL9UG7M2K"}),
        ("身份证 110101199003078888 的同学", "credit_codes", set()),  # as long, and a person's
        ("由武汉骁岫劳务服务有限公司签", "employers", {"武汉骁岫劳务服务有限公司"}),  # another spelling of one it knows
        ("从未听说过宁波筠禾实业股份有限公司", "employers", {"从未听说过宁波筠禾实业股份有限公司"}),
        ("岭川大学的小店", "employers", set()),  # the university is no employer here, two characters are no name
        ("辅导员魏文凯", "counsellors", {"魏文凯"}),
        ("软件工程2001班群里", "classes", {"软件工程2001班"}),
        ("软件工程2001班群里", "majors", set()),  # stands only inside the name of the class
        ("软件工程2001班和软件工程专业", "majors", {"软件工程"}),
        ("法学院的老师", "majors", set()),
        ("法学院的老师", "colleges", {"法学院"}),
        ("电气学院八个人", "colleges", {"电气与自动化学院"}),
        ("电学院", "colleges", set()),
        ("余飞就业造假", "people", {"202003110176", "202016110220"}),
        ("余飞，学号202003110176", "people", {"202003110176"}),  # the number says which namesake
        ("8月30日晚上在改", "days", {date(2024, 8, 30)}),
        ("昨晚今晚都在改", "days", {date(2024, 8, 30), date(2024, 8, 31)}),
        ("2月30日", "days", set()),
        ("不交三方就扣发毕业证", "themes", {"N2"}),
        ("在武汉市", "places", {"武汉市"}),
    ],
)
def test_a_text_names_what_stands_in_it_and_nothing_else(text, kind, found):
    assert getattr(read(text, known=KNOWN, received_at=ON), kind) == found


def test_without_a_register_every_number_of_the_shape_counts():
    assert read("学号202116539999", known=Known(), received_at=ON).student_nos == {"202116539999"}


def test_where_somebody_is_registered_is_implied_and_not_named():
    follows = implied(Facts(student_nos=frozenset({"202001110210"})), KNOWN)
    assert follows.employers == {"无锡骁昱数据科技股份有限公司"}
    assert follows.colleges == {"法学院"}
    assert follows.classes == {"法学2001班"}


def test_of_two_namesakes_nothing_follows():
    assert implied(Facts(people=frozenset({"202003110176", "202016110220"})), KNOWN) == Facts()


def test_what_a_class_or_a_counsellor_belongs_to_is_implied():
    follows = implied(Facts(classes=frozenset({"软件工程2001班"}), counsellors=frozenset({"魏文凯"})), KNOWN)
    assert (follows.majors, follows.colleges) == ({"软件工程"}, {"电子信息学院", "法学院"})


def test_what_a_person_said_a_lead_is_about_is_compared_by_the_same_keys():
    said = told({"employers": ["武汉市骁岫劳务服务有限责任公司"], "units": ["法学院", "软件工程2001班"]}, known=KNOWN)
    assert said.employers == {"武汉骁岫劳务服务有限公司"}
    assert (said.colleges, said.classes) == ({"法学院"}, {"软件工程2001班"})


def test_breaks_do_not_part_characters():
    assert bigrams("扣 证，啊") == ["扣证", "证啊"]
