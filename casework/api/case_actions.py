"""Many steps of many cases in one request: each item is a unit of work of its own, with a result of its own.

One item that is refused takes nothing from the others. With an Idempotency-Key,
each item that was done is remembered by itself: a request that broke off half
way and is sent again does only the rest.
"""

from flask import Response, jsonify, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from casework.api.cases import act, changed
from casework.api.resource import Resource
from casework.api.schemas.case_work import BulkIn, BulkOut
from casework.db import db
from casework.doors import etags, problems
from casework.doors.idempotency import HEADER, once
from casework.doors.refused import remember
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError
from workflows.errors import Refused

case_actions = Resource("case-actions", "Steps of many cases at once")


@case_actions.operation("POST", "/case-actions", body=BulkIn, out=BulkOut, own_units=True)
def take_actions(body: dict) -> object:
    """Take a step of each case; the answer has one result for each item, in their order."""
    sent = request.get_json()["items"]
    return {
        "items": [_result(item, raw, place) for place, (item, raw) in enumerate(zip(body["items"], sent, strict=True))]
    }


def _result(item: dict, raw: object, place: int) -> dict[str, object]:
    try:
        with unit_of_work():
            done = once(lambda: _step(item, raw), suffix=f"#{place}" if request.headers.get(HEADER) else "")
            etag = done.headers["ETag"]
    except CaseworkError as refused:
        remember(refused, number=item["number"])
        return _refused(item, problems.answer_casework(refused))
    except Refused as refused:
        remember(refused, number=item["number"])
        return _refused(item, problems.answer_refused(refused))
    except HTTPException as refused:
        return _refused(item, problems.answer_http(refused))
    except (StaleDataError, IntegrityError) as lost:
        return _refused(item, problems.answer_stale(lost))
    return {"number": item["number"], "status": 200, "etag": etag, "problem": None}


def _step(item: dict, raw: object) -> Response:
    case = changed(item["number"], wanted=raw, sent=item["if_match"] or "")
    act(case, item)
    db.session.flush()  # the version that the result names is the one that is stored
    answer = jsonify(number=case.number)
    answer.headers["ETag"] = etags.quoted(etags.etag_of_case(case))
    return answer


def _refused(item: dict, answer: Response) -> dict[str, object]:
    return {"number": item["number"], "status": answer.status_code, "etag": None, "problem": answer.get_json()}
