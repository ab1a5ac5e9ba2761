"""Many graduates at once, written as an import writes them: two statements, whatever their number."""

from sqlalchemy import insert

from casework.db import db, new_ref
from casework.intake.models import Record, Revision
from tests.casework.factories import make_batch

VALUES = {"college": "机械学院", "major_code": "080201", "major_name": "机械工程", "degree_level": "31"}


def graduate(organisation, round_, codes, **values):
    """Make a graduate for each destination code; `values` are columns of all their revisions."""
    batch = make_batch(organisation, round_)
    start = (db.session.query(db.func.max(Record.id)).scalar() or 0) + 1
    shown = VALUES | {"class_name": "机械2001班"} | values
    numbers = range(start, start + len(codes))
    records = [
        {
            "id": number,
            "ref": new_ref(),
            "round_id": round_.id,
            "organisation_id": organisation.id,
            "student_no": f"20200{number:07}",
            "name": "欧阳晓明",
        }
        for number in numbers
    ]
    revisions = [
        {
            "id": number + 1_000_000,
            "record_id": number,
            "batch_id": batch.id,
            "content_hash": "0",
            "destination_code": code,
            "employer_name": "=岭川样本科技有限公司",
        }
        | shown
        for number, code in zip(numbers, codes, strict=True)
    ]
    db.session.execute(insert(Record), records)
    db.session.execute(insert(Revision), revisions)
    db.session.query(Record).filter(Record.id.in_(list(numbers))).update(
        {Record.revision_id: Record.id + 1_000_000}, synchronize_session=False
    )
    db.session.expire_all()
