"""What the public pages cost beside the smallest page that Flask can give: the pre-check page, and the form to report.

Asks through the application's WSGI door (Flask's test client: no socket, no
server, on both sides), in turns in the same run: a page of one sentence from an
application of four lines, the same with the pre-check page's one question to the
database, the pre-check page of an open link, the first screen of the public form.
Posts are reported beside: sending a code, checking one, taking an answer, each in
a transaction of its own.

    python -m benchmarks.answer_page [--engine postgresql] [--rounds 300] [--answers 60]
"""

import argparse
import re
import time
from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from benchmarks.ground import ENGINES, installation, median
from casework import clock, demo
from casework.campaigns.identity import code_of
from casework.campaigns.models import AnswerCode, Campaign, Wave
from casework.campaigns.tokens import hash_of, path_for
from casework.db import db, new_ref
from casework.doors import buckets
from casework.intake.bulk import insert_rows
from casework.intake.models import Batch, Record, Revision
from casework.operations.issue_links import issue_links
from casework.people import queries as people
from casework.people.models import Organisation
from casework.rounds.models import Round

GOAL = 0.5
SENTENCE = "<!doctype html><title>A page</title><p>Hello, World!</p>"
MANY = 15_000


def trivial(engine: Engine, token: str) -> Flask:
    """Return the smallest application there is, with a second page that looks this link up before it answers."""
    app = Flask("trivial")
    looked_up = text("SELECT id, used_at, expires_at FROM answer_links WHERE token_hash = :hash")

    def looks() -> str:
        with engine.connect() as connection:
            connection.execute(looked_up, {"hash": hash_of(token)}).one()
        return SENTENCE

    app.add_url_rule("/", "page", lambda: SENTENCE)
    app.add_url_rule("/looks", "looks", looks)
    return app


def graduates(university: Organisation, round_: Round, many: int, *, answering: int) -> tuple[Wave, list[int]]:
    """Register graduates, the first of them with a number, and make a wave; return it and the records' ids."""
    officer = people.find_person(demo.SUPERVISOR).id
    batch = Batch(
        organisation_id=university.id,
        round_id=round_.id,
        kind="graduates",
        file_name="benchmark.csv",
        sha256="0" * 64,
        size=1,
        state="written",
        uploaded_by_id=officer,
    )
    campaign = Campaign(
        organisation_id=university.id,
        round_id=round_.id,
        name="benchmark",
        stop_on=date(2024, 8, 31),
        drafted_by_id=officer,
    )
    of_round = {"round_id": round_.id, "organisation_id": university.id, "name": "欧阳晓明"}
    made = [Record(student_no=f"BM{number:08}", **of_round) for number in range(answering)]
    db.session.add_all([batch, campaign, *made])
    db.session.flush()
    others = [(new_ref(), *of_round.values(), f"BM{number:08}") for number in range(answering, many)]
    insert_rows(Record.__table__, ("ref", *of_round, "student_no"), others)
    wave = Wave(campaign_id=campaign.id, number=1, starts_at=clock.now())
    db.session.add(wave)
    for number, record in enumerate(made):
        sealed = {"phone": f"138{number:08}", "birth_date": "2001-01-23"}
        revision = Revision(record_id=record.id, batch_id=batch.id, content_hash=f"{number:064}", sealed=sealed)
        db.session.add(revision)
        record.revision = revision
    db.session.commit()
    return wave, list(db.session.scalars(select(Record.id).order_by(Record.student_no)))


def in_turns(works: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each, asked in turns so that a busy moment strikes all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 10):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            if turn >= 10:  # noqa: PLR2004 - the first turns load what is loaded once
                times[name].append(time.perf_counter() - started)
    return {name: median(found) for name, found in times.items()}


def getting(client: FlaskClient, address: str) -> Callable[[], None]:
    """Return the work of asking for a page that must be there."""

    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return ask


def posting(client: FlaskClient, addresses: list[str]) -> dict[str, float]:
    """Let each graduate show who they are and answer; return the median seconds of each step."""
    times: dict[str, list[float]] = {"send a code": [], "check it": [], "answer confirmed": [], "answer denied": []}

    def timed(name: str, address: str, **given: str) -> str:
        buckets._own.clear()  # noqa: SLF001 - all of them come from one place here
        started = time.perf_counter()
        answer = client.post(address, data=given)
        times[name].append(time.perf_counter() - started)
        if answer.status_code != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(f"{name}: {answer.status_code}")
        return answer.text

    for number, address in enumerate(addresses):
        timed("send a code", address, step="send")
        code = db.session.scalar(select(AnswerCode.id).order_by(AnswerCode.id.desc()).limit(1))
        db.session.remove()
        facts = timed("check it", address, step="code", code=code_of(code or 0))
        known = re.search(r'name="pass" value="([^"]+)"', facts)
        choice, name = ("never_signed", "answer denied") if number % 10 == 0 else ("confirmed", "answer confirmed")
        timed(name, address, step="answer", answer=choice, words="", **{"pass": known[1] if known else ""})
    return {name: median(found) for name, found in times.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Cost of the public pages beside the smallest Flask page.")
    parser.add_argument("--engine", choices=ENGINES, default="postgresql")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--answers", type=int, default=60)
    given = parser.parse_args()
    with installation(given.engine) as app:
        university = people.get_organisation(demo.UNIVERSITY)
        round_ = db.session.scalars(select(Round)).one()
        wave, ids = graduates(university, round_, MANY, answering=given.answers + 1)
        started = time.perf_counter()
        links = issue_links(ids, wave=wave, expires_at=clock.now() + timedelta(days=30))
        db.session.commit()
        print(f"{given.engine}: {len(links):,} links issued in {time.perf_counter() - started:.3f} s")
        addresses = [path_for(links[record_id]) for record_id in ids]
        db.session.remove()
        client, peer = app.test_client(), trivial(db.engine, links[ids[0]]).test_client()
        client.get(addresses[0])
        pages = in_turns(
            {
                "trivial": getting(peer, "/"),
                "trivial, looks up": getting(peer, "/looks"),
                "/c/<token>": getting(client, addresses[0]),
                "/report": getting(client, "/report"),
            },
            given.rounds,
        )
        posts = posting(client, addresses[1 : given.answers + 1])
    for name, seconds in pages.items():
        bare, looking = pages["trivial"] / seconds, pages["trivial, looks up"] / seconds
        goal = "" if name.startswith("trivial") else f"   goal {GOAL}: {'met' if bare >= GOAL else 'missed'}"
        print(f"GET  {name:18}{seconds * 1e3:9.3f} ms{bare:7.2f} x trivial{looking:7.2f} x one that looks up{goal}")
    for name, seconds in posts.items():
        print(f"POST {name:18}{seconds * 1e3:9.3f} ms")


if __name__ == "__main__":
    main()
