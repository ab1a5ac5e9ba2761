"""The sample university in the database: its people, its files handed in and written as the service does it."""

import csv
from datetime import date
from pathlib import Path

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake import queries
from casework.operations.confirm_batch import confirm_batch
from casework.operations.import_organisations import import_organisations
from casework.operations.import_people import import_people
from casework.operations.open_round import open_round
from casework.operations.stage_batch import code_tables, note_staged, parse
from casework.operations.take_file import take_file
from casework.people import queries as people
from casework.people.actors import actor_of
from casework.people.models import Appointment, Person
from casework.rounds import queries as rounds
from workflows.access import SYSTEM

UNIVERSITY = Path(__file__).parents[2] / "casework/demo_data/university"
CODE, OFFICER, INVESTIGATORS, SUPERVISOR = "ORG0201", "U013", ("U001", "U002", "U003"), "U013"
HEADERS = ("学号", "姓名", "院系", "毕业去向类别代码", "单位名称", "统一社会信用代码", "手机号", "签约日期", "薪酬")


def rows_of(name):
    with (UNIVERSITY / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def open_university():
    """Open the round and bring in the sample's organisations and people."""
    with unit_of_work():
        open_round(shipped="2024", actor=SYSTEM)
        import_organisations(rows_of("organisations.csv"), actor=SYSTEM)
        import_people(rows_of("users.csv"), actor=SYSTEM)


def officer(login=OFFICER):
    return actor_of(people.find_person(login))


def organisation():
    return people.get_organisation(CODE)


def round_():
    return rounds.get_round("2024")


def take(path, settings, *, login=OFFICER, kind=None, name=None):
    with unit_of_work():
        return take_file(
            organisation=organisation(),
            round_=round_(),
            file_name=name or path.name,
            source=path,
            actor=officer(login),
            settings=settings,
            kind=kind,
        ).ref


def get(ref, login=OFFICER):
    return queries.get_batch(ref, officer(login))


def stage(ref, settings, *, login=OFFICER):
    batch = get(ref, login)
    staged = parse(batch, settings=settings, tables=code_tables(batch.round_id), on_progress=lambda _done, _all: None)
    with unit_of_work():
        note_staged(get(ref, login), staged)


def confirm(ref, settings, *, taken_on=date(2024, 7, 25), login=OFFICER):
    with unit_of_work():
        batch = get(ref, login)
        return confirm_batch(batch, actor=officer(login), settings=settings, taken_on=taken_on).counts


def hand_in(path, settings, *, taken_on=date(2024, 7, 25), kind=None, login=OFFICER):
    """Take, stage and write one file; return the batch's ref."""
    ref = take(path, settings, kind=kind, login=login)
    stage(ref, settings, login=login)
    confirm(ref, settings, taken_on=taken_on, login=login)
    return ref


def registration(folder, *graduates, name="graduates.csv", headers=HEADERS):
    """Write a registration export of a few graduates, each a mapping from header to text."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, headers, restval="")
        writer.writeheader()
        writer.writerows(graduates)
    return path


def graduate(number, **values):
    """Give the cells of one graduate in the first college of the sample."""
    return {
        "学号": f"20202211{number:04}",
        "姓名": "欧阳晓明",
        "院系": "机械与动力工程学院",
        "毕业去向类别代码": "10",
        "单位名称": "岭川样本科技有限公司",
        "统一社会信用代码": "91420100926369864J",
        "手机号": f"1381234{number:04}",
        "签约日期": "2024-06-01",
        "薪酬": "6000",
    } | values


def stranger():
    """Return the login of a supervisor of another province."""
    with unit_of_work():
        person = Person(login="U900", name="外省人员")
        person.appointments.append(
            Appointment(role="supervisor", organisation=people.get_organisation("ORG0101"), since=date(2020, 1, 1))
        )
        db.session.add(person)
    return "U900"
