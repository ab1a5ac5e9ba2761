"""The frames that rules read: which columns each has, and a check that refuses anything else early.

A frame or a column that is not there means "this cannot be known": rules that
need it do not run and say so. Only a frame without its keys, or with a column in
another type, is refused with the column's name: it is a fault of the caller, and
a rule over it would answer "no hits" and be believed.

Times are aware (UTC); the rules compare them as Beijing time. Telephone columns
hold opaque tokens that are equal when the numbers are equal, or null: no number
enters the screening. `former_names` separates names by ；;|、or commas, and
`working_days` must reach to the data cut.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from casework.errors import N_, Invalid

TEXT = pa.string()
TIME = pa.timestamp("us", tz="UTC")
PAY = pa.decimal128(12, 2)


def _schema(texts: str, **others: pa.DataType) -> pa.Schema:
    return pa.schema([(name, TEXT) for name in texts.split()] + list(others.items()))


SCHEMAS: dict[str, pa.Schema] = {
    "records": _schema(
        "student_no university college major_code major_name class_name counsellor degree_level destination_code"
        " enrol_date employer_name credit_code employer_nature_code industry_code employer_place_code employer_address"
        " job_category_code agreement_no college_review school_review phone_index family_phone_index"
        " employer_phone_index employer_mobile_index",
        signing_date=pa.date32(),
        graduation_date=pa.date32(),
        registered_at=TIME,
        pay=PAY,
        cohort_year=pa.int32(),
    ),
    "employers": _schema(
        "credit_code name former_names status nature_code industry_code place_code phone_index address agent_index",
        status_date=pa.date32(),
        founded_date=pa.date32(),
        insured_headcount=pa.int32(),
    ),
    "changes": _schema(
        "log_id student_no operator operator_role old_code new_code old_employer new_employer", changed_at=TIME
    ),
    "confirmations": _schema("student_no status device", confirm_time=TIME, snapshot_on=pa.date32()),
    "proofs": _schema("student_no file_name sha256 kind text_excerpt", size=pa.int64()),
    "codes": _schema("table code name_zh parent_code", settled=pa.bool_(), needs_employer=pa.bool_()),
    "working_days": pa.schema([("day", pa.date32())]),
    "operators": _schema("operator role name college phone_index"),
    "minimum_wages": _schema("place_code", monthly=PAY),
    "closings": _schema("student_no", closed_at=TIME),  # no student number: the whole report, closed for everybody
    "history": _schema("credit_code", cohort_year=pa.int32(), graduates=pa.int32()),
    "leads": _schema("ref source student_no credit_code unit unit_level problem", received_on=pa.date32()),
    "aliases": _schema("credit_code same_as"),  # a person decided that two codes are one employer
}
KEYS: dict[str, tuple[str, ...]] = {
    "records": ("student_no",),
    "employers": ("credit_code",),
    "changes": ("student_no", "changed_at"),
    "confirmations": ("student_no", "status"),
    "proofs": ("student_no",),
    "codes": ("table", "code"),
    "working_days": ("day",),
    "operators": ("operator",),
    "minimum_wages": ("place_code", "monthly"),
    "closings": ("closed_at",),
    "history": ("credit_code", "cohort_year", "graduates"),
    "leads": ("ref",),
    "aliases": ("credit_code", "same_as"),
}

STATUSES = ("unconfirmed", "confirmed", "wrong_information", "never_signed")

_KINDS: dict[pa.DataType, Callable[[pa.DataType], bool]] = {
    TEXT: lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind),
    TIME: lambda kind: pa.types.is_timestamp(kind) and kind.tz is not None,
    PAY: lambda kind: pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind),
    pa.date32(): pa.types.is_date,
    pa.int32(): pa.types.is_integer,
    pa.int64(): pa.types.is_integer,
    pa.bool_(): pa.types.is_boolean,
}


class FrameInvalid(Invalid):
    """A frame is not what this module says it is; nothing was screened."""

    code = "frame_invalid"


@dataclass(frozen=True, kw_only=True)
class Context:
    """The data cut: whose round it is, up to when facts count, and when the records were exported (both aware)."""

    cohort_year: int
    as_of: datetime
    exported_at: datetime | None = None


def check(name: str, frame: pa.Table | Path | str) -> frozenset[str]:
    """Return the columns that a frame has; refuse one that is unknown, lacks a key or has a column in another type.

    A column of nulls is any type.
    """
    if name not in SCHEMAS:
        raise FrameInvalid(N_("没有名为 %(frame)s 的数据框。"), params={"frame": name})
    given = frame.schema if isinstance(frame, pa.Table) else pq.read_schema(frame)
    for key in KEYS[name]:
        if key not in given.names:
            raise FrameInvalid(N_("数据框 %(frame)s 缺少列 %(column)s。"), params={"frame": name, "column": key})
    there = [field for field in SCHEMAS[name] if field.name in given.names]
    for field in there:
        kind = given.field(field.name).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not pa.types.is_null(kind) and not _KINDS[field.type](kind):
            message = N_("数据框 %(frame)s 的列 %(column)s 类型是 %(kind)s，应为 %(expected)s。")
            params = {"frame": name, "column": field.name, "kind": str(kind), "expected": str(field.type)}
            raise FrameInvalid(message, params=params)
    return frozenset(field.name for field in there)
