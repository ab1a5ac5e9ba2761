"""Who sees which batch, and what a screening of now would read."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import NotFound
from casework.intake import queries
from casework.intake.models import Record
from casework.operations.confirm_batch import confirm_batch
from casework.operations.open_round import copy_round
from casework.operations.take_file import take_file
from casework.people import queries as people
from casework.screening import frames as screened
from tests.casework.sample_university import (
    HEADERS,
    UNIVERSITY,
    get,
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    round_,
    stage,
    stranger,
    take,
)
from workflows.access import SYSTEM

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _university(app):
    open_university()


def refs(login):
    return [batch.ref for batch in queries.batches(officer(login))]


def test_the_list_and_the_single_page_agree_on_what_somebody_sees(settings, tmp_path):
    made = [take(registration(tmp_path, graduate(n), name=f"{n}.csv"), settings) for n in (1, 2)]
    for login in ("U013", "U001", "U021", "U025"):  # the office, an investigator, the province, the ministry
        assert refs(login) == made[::-1], login
        assert get(made[0], login).ref == made[0]
    for login in ("U007", "U018", "U020", "U026", "U027", stranger()):
        assert refs(login) == [], login


def test_a_long_list_is_read_in_pages(settings, tmp_path):
    made = [take(registration(tmp_path, graduate(n), name=f"{n}.csv"), settings) for n in range(3)]
    first = queries.batches(officer(), limit=2)
    rest = queries.batches(officer(), limit=2, before_id=first[-1].id)
    assert [batch.ref for batch in (*first, *rest)] == made[::-1]


def test_the_data_cut_names_the_newest_written_file_of_each_kind(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    newest = hand_in(registration(tmp_path, graduate(2), name="newer.csv"), settings)
    waiting = take(registration(tmp_path, graduate(3), name="waiting.csv"), settings)
    stage(waiting, settings)
    cut = queries.data_cut(round_().id, organisation().id)
    assert {kind: row["ref"] for kind, row in cut.items()} == {"graduates": newest}
    assert cut["graduates"]["taken_at"] == "2024-07-25T15:59:59+00:00"  # the end of the day in Beijing


def test_problems_are_read_in_pages_in_the_order_of_the_rows(settings, tmp_path):
    rows = [graduate(n, 签约日期="明年") for n in range(5)]
    ref = take(registration(tmp_path, *rows), settings)
    stage(ref, settings)
    first = queries.problems(get(ref), limit=3)
    rest = queries.problems(get(ref), limit=3, after_id=first[-1].id)
    assert [problem.row for problem in (*first, *rest)] == [1, 2, 3, 4, 5]


def test_a_kind_that_was_never_imported_is_left_out_of_the_frames(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    assert set(queries.frames(round_().id, [organisation().id])) == {"records"}


MORE = (*HEADERS, "学校名称", "专业代码", "单位地址", "就业协议书编号")


def hand_in_at(code, path, settings, *, into=None):
    """Hand a file in for another university, as the ministry may."""
    with unit_of_work():
        batch = take_file(
            organisation=people.get_organisation(code),
            round_=into or round_(),
            file_name=path.name,
            source=path,
            actor=officer("U025"),
            settings=settings,
        )
        ref = batch.ref
    stage(ref, settings, login="U025")
    with unit_of_work():
        confirm_batch(
            queries.get_batch(ref, officer("U025")),
            actor=officer("U025"),
            settings=settings,
            taken_on=date(2024, 7, 25),
        )


def written(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def rows(frame):
    return sorted(frame.to_pylist(), key=str)


def test_the_records_carry_everything_that_rules_read(settings, tmp_path):
    said = {
        "学校名称": "岭川大学东校区",
        "专业代码": "080202",
        "单位地址": "样本路1号",
        "就业协议书编号": "鄂2024 0012873",
    }
    hand_in(registration(tmp_path, graduate(1, **said), graduate(2), headers=MORE), settings)
    one, two = rows(queries.frames(round_().id, [organisation().id])["records"])
    assert set(one) == set(screened.SCHEMAS["records"].names)
    assert (one["university"], one["major_code"]) == ("岭川大学东校区", "080202")
    assert (one["employer_address"], one["agreement_no"]) == ("样本路1号", "鄂20240012873")
    assert two["university"] == organisation().name  # an export without the school's name is its own university's


def test_every_frame_is_one_that_the_rules_know(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    for name in ("employer_register.csv", "operators.csv"):
        hand_in(UNIVERSITY / name, settings)
    answers = "学号,确认状态,确认时间,答题设备\n202022110001,已确认,2024-08-20 10:00:00,a1b2c3\n"
    hand_in(written(tmp_path, "confirm_2024-08-22.csv", answers), settings)
    found = queries.frames(round_().id, [organisation().id])
    assert set(found) == {"records", "employers", "operators", "confirmations"}
    for name, frame in found.items():
        assert screened.check(name, frame) <= set(screened.SCHEMAS[name].names)
        assert set(frame.column_names) <= set(screened.SCHEMAS[name].names)


def test_a_device_is_kept_as_a_token_that_only_compares(settings, tmp_path):
    hand_in(registration(tmp_path, *map(graduate, (1, 2, 3, 4))), settings)
    lines = [
        "学号,确认状态,确认时间,确认设备",
        *(
            f"20202211{n:04},已确认,2024-08-20 10:0{n}:00,{device}"
            for n, device in enumerate(["A1", "a1", "B2", "10.1.2.3"], 1)
        ),
    ]
    hand_in(written(tmp_path, "confirm_2024-08-22.csv", "\n".join(lines)), settings)
    frame = queries.frames(round_().id, [organisation().id])["confirmations"]
    device = {row["student_no"][-1]: row["device"] for row in frame.to_pylist()}
    assert device["1"] == device["2"] != device["3"]
    assert device["4"] is None  # a network address is no device
    assert "A1" not in str(device)


def test_who_acts_for_an_employer_is_a_token_and_where_it_sits_is_text(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    register = (
        "统一社会信用代码,单位名称,注册地址,法定代表人\n91420100926369864J,甲公司,样本路1号,王 某\n"
        "91420100MYF4JFTD0H,乙公司,样本路2号,王某\n91420600MY2RT13M2C,丙公司,,\n"
    )
    hand_in(written(tmp_path, "register.csv", register), settings)
    frame = queries.frames(round_().id, [organisation().id])["employers"]
    found = {row["name"]: (row["address"], row["agent_index"]) for row in frame.to_pylist()}
    assert found["甲公司"][1] == found["乙公司"][1] is not None
    assert found["甲公司"][0] == "样本路1号"
    assert found["丙公司"] == (None, None)
    assert "王某" not in str(found)


def test_the_register_is_the_rounds_whoever_handed_it_in(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    hand_in_at("ORG0202", UNIVERSITY / "employer_register.csv", settings)
    assert queries.frames(round_().id, [organisation().id])["employers"].num_rows == 3249
    assert "employers" in queries.data_cut(round_().id, organisation().id)


def test_two_universities_are_read_at_once_and_their_numbers_are_told_apart(settings, tmp_path):
    log = "日志编号,学号,变更时间,操作账号\nL1,202022110001,2024-06-01 10:00:00,F0001\n"
    staff = "操作账号,角色,姓名\nF0001,辅导员,某人\n"
    proofs = "学号,文件名,sha256\n202022110001,a.pdf,00ff\n"
    answers = "学号,确认状态\n202022110001,未确认\n"
    for code in ("ORG0201", "ORG0202"):
        for path in (
            registration(tmp_path, graduate(1), name=f"{code}.csv"),
            written(tmp_path, f"{code}-log.csv", log),
            written(tmp_path, f"{code}-staff.csv", staff),
            written(tmp_path, f"{code}-proofs.csv", proofs),
            written(tmp_path, f"{code}-confirm_2024-08-22.csv", answers),
        ):
            hand_in_at(code, path, settings)
    ids = [people.get_organisation(code).id for code in ("ORG0201", "ORG0202")]
    found = queries.frames(round_().id, ids, qualified=True)
    both = ["ORG0201/202022110001", "ORG0202/202022110001"]
    for name in ("records", "changes", "proofs", "confirmations"):
        assert sorted(found[name]["student_no"].to_pylist()) == both, name
    accounts = ["ORG0201/F0001", "ORG0202/F0001"]
    assert sorted(found["operators"]["operator"].to_pylist()) == accounts
    assert sorted(found["changes"]["operator"].to_pylist()) == accounts
    assert len(set(found["records"]["university"].to_pylist())) == 2
    plain = queries.frames(round_().id, ids[:1])
    assert plain["records"]["student_no"].to_pylist() == ["202022110001"]


def test_earlier_rounds_are_counted_by_employer(settings, tmp_path):
    hand_in(registration(tmp_path, *map(graduate, (1, 2)), graduate(3, 统一社会信用代码="无")), settings)
    dates = {level: date(2025, 8, 4) for level in ("university", "province", "ministry")}
    with unit_of_work():
        later = copy_round(round_(), code="2025", name="2025届", cohort=2025, dates=dates, actor=SYSTEM).id
    (row,) = queries.frames(later, [organisation().id])["history"].to_pylist()
    assert row == {"credit_code": "91420100926369864J", "cohort_year": 2024, "graduates": 2}
    assert "history" not in queries.frames(round_().id, [organisation().id])
    other = people.get_organisation("ORG0202").id
    assert "history" not in queries.frames(later, [other])


def test_the_rounds_minimum_wages_are_a_frame(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    wages = UNIVERSITY / "local_min_wage.csv"
    hand_in(wages, settings, login="U026")
    frame = queries.frames(round_().id, [organisation().id])["minimum_wages"]
    assert frame.num_rows == 75
    assert {"place_code": "420100", "monthly": Decimal("2210.00")} in frame.to_pylist()


def test_only_who_sets_rounds_sees_a_batch_of_settings(settings):
    ref = take(UNIVERSITY / "local_min_wage.csv", settings, login="U026")
    assert get(ref, "U026").ref == ref
    with pytest.raises(NotFound):
        get(ref, "U013")
    assert db.session.scalars(select(Record)).all() == []
