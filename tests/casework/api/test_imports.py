"""From a file to cases over HTTP: handed in, staged, confirmed, screened."""

import io

import pytest

from casework import jobs
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict
from casework.intake.models import Batch, Record, RowProblem
from tests.casework import factories
from tests.casework.api.conftest import World

HEADER = "xm,xh,mobilePhone,byqxdm,dwmc,dwzzjgdm,bynf\n"
ROWS = HEADER + "王启涵,201906110009,16066065167,10,岭川样本科技有限公司,,2024\n"


def upload(caller, world, content=ROWS, *, status=201, **more):
    body = {"file": (io.BytesIO(content.encode()), "graduates_2024-07-25.csv"), "round": world.round.code}
    return caller.ask(
        "POST", "/batches", data=body | {"organisation": world.tree.university.code} | more, status=status
    )


@pytest.fixture
def world(app, client):
    with unit_of_work():
        tree = factories.make_tree()
        other = factories.make_organisation("江城大学", "university", tree.province, short_code="JC")
        round_ = factories.make_round()
    return World(tree, other, round_, client)


def test_a_file_travels_to_cases(world, investigator):
    where = {"organisation": world.tree.university.code, "round": world.round.code}
    stranger = world.caller("investigator", world.other)
    batch = upload(investigator, world).json
    assert (batch["kind"], batch["state"]) == ("graduates", "uploaded")
    assert "王启涵" not in str(batch)
    staged = investigator.post(f"/batches/{batch['ref']}/staging", {}, status=202).json
    assert investigator.get(f"/jobs/{staged['job']}", status=200).json["state"] == "waiting"
    jobs.run(staged["job"])
    done = investigator.get(f"/jobs/{staged['job']}", status=200).json
    assert (done["state"], done["result"]["state"]) == ("done", "staged")
    assert db.session.query(Record).count() == 0
    written = investigator.post(f"/batches/{batch['ref']}/confirmation", {}, status=200).json
    assert (written["state"], written["counts"]["new"]) == ("written", 1)
    assert investigator.post(f"/batches/{batch['ref']}/confirmation", {}, status=200).json["counts"]["new"] == 1
    assert investigator.post(f"/batches/{batch['ref']}/staging", {}, status=409).json["code"] == "not_stageable"
    investigator.ask("DELETE", f"/batches/{batch['ref']}", status=409)
    again = {"file": (io.BytesIO(ROWS.encode()), "again.csv")} | where
    assert investigator.ask("POST", "/batches", data=again, status=409).json["code"] == "already_imported"

    job = investigator.post("/screening-runs", where, status=202).json
    jobs.run(job["ref"])
    run = investigator.get(f"/jobs/{job['ref']}", status=200).json["result"]["run"]
    assert investigator.get(f"/screening-runs/{run}", status=200).json["counts"]["by_rule"]
    findings = investigator.get(f"/screening-runs/{run}/findings", status=200)
    assert "201906110009" not in findings.get_data(as_text=True)
    opened = investigator.post(f"/screening-runs/{run}/cases", {}, status=200).json
    listed = [row["number"] for row in investigator.get("/cases").json["items"]]
    assert sorted(opened["opened"]) == sorted(listed)
    assert investigator.post(f"/screening-runs/{run}/cases", {}, status=200).json["opened"] == []

    for path in (f"/batches/{batch['ref']}", f"/jobs/{job['ref']}", f"/jobs/{staged['job']}", f"/screening-runs/{run}"):
        kind = path.rsplit("/", 1)[0]
        assert stranger.get(path, status=404).data == stranger.get(f"{kind}/nothing", status=404).data
    assert stranger.get("/batches", status=200).json["items"] == []
    assert stranger.get("/screening-runs", status=200).json["items"] == []


def test_what_could_not_be_read_is_listed_with_personal_values_masked(world, investigator):
    batch = upload(investigator, world, HEADER + "王启涵,201906110009,16066065167,10,x,,2024\n" * 3).json
    jobs.run(investigator.post(f"/batches/{batch['ref']}/staging", {}, status=202).json["job"])
    with unit_of_work():
        row = db.session.query(Batch).filter_by(ref=batch["ref"]).one()
        for number, field in enumerate(("phone", "name", "id_number", "pay")):
            row.problems.append(
                RowProblem(
                    row=number, field=field, value="16066065167", code="c", message="x", severity="e", handling="h"
                )
            )
    found, after = [], 0
    while after is not None:
        page = investigator.get(f"/batches/{batch['ref']}/problems?limit=1&after={after}", status=200).json
        found += page["items"]
        after = page["next"]
    values = {line["field"]: line["value"] for line in found[-4:]}
    assert values == {"phone": "160****5167", "name": "1**********", "id_number": "******", "pay": "16066065167"}
    assert len(found) == db.session.query(RowProblem).count()


@pytest.mark.parametrize(
    "mapping", [[], [None] * 6, ["nothing"] + [None] * 6, ["name", "name"] + [None] * 5, [1] + [None] * 6]
)
def test_a_mapping_that_fits_no_column_is_refused(world, investigator, mapping):
    batch = upload(investigator, world).json
    investigator.post(f"/batches/{batch['ref']}/staging", {"mapping": mapping}, status=422)
    assert investigator.get(f"/batches/{batch['ref']}").json["state"] == "uploaded"


def test_a_file_that_cannot_be_read_leaves_nothing(world, investigator, settings):
    upload(investigator, world, "", status=422)
    upload(investigator, world, organisation=world.other.code, status=404)
    upload(world.caller("auditor"), world, status=403)
    assert db.session.query(Batch).count() == 0
    assert list(settings.staging_dir.iterdir()) == []


def test_a_file_is_dropped_before_it_is_written(world, investigator):
    batch = upload(investigator, world).json
    assert investigator.ask("DELETE", f"/batches/{batch['ref']}", status=200).json["state"] == "dropped"
    investigator.post(f"/batches/{batch['ref']}/confirmation", {}, status=409)


def test_screening_nothing_fails_with_a_sentence(world, investigator):
    where = {"organisation": world.tree.university.code, "round": world.round.code}
    job = investigator.post("/screening-runs", where, status=202).json["ref"]
    with pytest.raises(Conflict, match="还没有导入"):
        jobs.run(job)
    told = investigator.get(f"/jobs/{job}", status=200).json
    assert (told["state"], told["result"]) == ("failed", None)
    assert "还没有导入" in told["refusal"]
