"""The ground under the rules: the frames as views, and the few readings that several rules share.

Normalisation that is costly (check characters, clean codes) is done once, on
distinct values. Everything here is deterministic: rows without a key are left
out, and where the register names one code twice the choice is by value, never
by position, so that shuffled rows give the same findings in the same order.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from pathlib import Path

import duckdb
import pyarrow as pa

from casework.errors import N_
from casework.intake.normal import employer_name
from casework.screening.frames import KEYS, SCHEMAS, STATUSES, FrameInvalid, check

_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_NARROW = "".join(chr(code) for code in range(0x21, 0x7F)).replace("'", "''")

# GB 32100: 18 characters of this alphabet (no I, O, S, V, Z); the weight of place i is 3^(i-1) mod 31.
# python-stdnum is not asked: it wants eight leading digits, but the standard has letters in the first
# two places too (N for collective economic organisations, A, Y), and those are genuine codes.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTED = " + ".join(
    f"(strpos('{_ALPHABET}', code[{place}]) - 1) * {pow(3, place - 1, 31)}" for place in range(1, 18)
)
_CHECK_PLACE = f"(31 - ({_WEIGHTED}) % 31) % 31 + 1"

# What people type when there is no code: 无, /, 0001 and their kin.
_PLACEHOLDER = "^(|无|暂无|没有|无代码|不详|未知|待定|NA|N/A|NONE|NULL|[-—/\\.*0]+|0*1|X+)$"

# Nearly every code is plain already, and looking costs a twentieth of rewriting.
# Upper tail P(X >= k) of drawing n from big_n of which big_k are marked, in logarithms so that nothing overflows.
MACROS = f"""
CREATE MACRO branch_of(name) AS coalesce(regexp_extract(name,
    '^(.*(?:公司|集团|银行|事务所|学校|医院)).*(?:分公司|分行|支行|营业部|办事处|分所|分校|分院)$', 1), '');
CREATE MACRO widths_undone(x) AS
    CASE WHEN regexp_matches(x, '[{_WIDE[0]}-{_WIDE[-1]}]') THEN translate(x, '{_WIDE}', '{_NARROW}') ELSE x END;
CREATE MACRO narrow(x) AS CASE WHEN regexp_full_match(x, '[0-9A-Z]*') THEN x
    ELSE upper(regexp_replace(widths_undone(x), '[\\s\\p{{Z}}]', '', 'g')) END;
CREATE MACRO names_any(name, words) AS len(list_filter(words, lambda word: contains(coalesce(name, ''), word))) > 0;
CREATE MACRO check_character(code) AS '{_ALPHABET}'[{_CHECK_PLACE}];
CREATE MACRO hypergeometric_tail(k, n, big_k, big_n) AS list_sum(list_transform(
    generate_series(greatest(k, n + big_k - big_n), least(n, big_k)),
    lambda i: exp(
        lgamma(big_k + 1.0) - lgamma(i + 1.0) - lgamma(big_k - i + 1.0)
        + lgamma(big_n - big_k + 1.0) - lgamma(n - i + 1.0) - lgamma(big_n - big_k - n + i + 1.0)
        - lgamma(big_n + 1.0) + lgamma(n + 1.0) + lgamma(big_n - n + 1.0))));
"""

_TYPES = {
    pa.string(): "VARCHAR",
    pa.date32(): "DATE",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.decimal128(12, 2): "DECIMAL(12, 2)",
}

_PLAIN = {kind: kind.replace(" ", "") for kind in _TYPES.values()}  # as DuckDB writes them

# Codes that a person decided to be one employer; without decisions every code is its own.
DECIDED = """
CREATE TEMP TABLE decided AS
SELECT narrow(credit_code) AS code, min(narrow(same_as)) AS same FROM aliases
WHERE credit_code IS NOT NULL AND same_as IS NOT NULL GROUP BY 1;
"""
_NO_STAFF = "CREATE VIEW operators AS SELECT '' AS phone_index, '' AS role WHERE FALSE"
_NOTHING_DECIDED = "CREATE VIEW aliases AS SELECT '' AS credit_code, '' AS same_as WHERE FALSE"

# The one pass over all records that the employer rules share; what they ask next is asked of its groups.
CREDIT_CODES = f"""
CREATE TEMP TABLE entered AS
SELECT credit_code AS raw, destination_code, max(employer_name) AS called, count(*) AS rows
FROM records WHERE credit_code IS NOT NULL GROUP BY ALL;
CREATE TEMP TABLE credit_codes AS
WITH cleaned AS (SELECT raw, narrow(raw) AS code, max(called) AS called FROM entered GROUP BY raw),
     written AS (SELECT * FROM cleaned WHERE NOT regexp_full_match(code, '{_PLACEHOLDER}'))
SELECT raw, code, called, coalesce(same, code) AS firm,
       regexp_full_match(code, '[{_ALPHABET}]{{18}}') AND code[18] = check_character(code) AS valid
FROM written LEFT JOIN decided USING (code);
CREATE VIEW named AS SELECT firm, max(called) AS employer_name FROM credit_codes GROUP BY firm;
CREATE VIEW employment AS
SELECT records.*, credit_codes.code, credit_codes.valid
FROM records JOIN credit_codes ON credit_codes.raw = records.credit_code;
"""  # noqa: S608 - made of this file's own constants

REGISTER = """
CREATE TEMP TABLE register AS
SELECT narrow(credit_code) AS code, * EXCLUDE (credit_code)
FROM employers WHERE credit_code IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY narrow(credit_code) ORDER BY name, status, status_date, founded_date,
    insured_headcount, former_names, nature_code, industry_code, place_code, phone_index, address, agent_index) = 1;
"""

# A firm is an employer under every code that was decided to be its own. A branch's people are insured by
# its head office, so its own count says nothing about its capacity: the head office's does, where it is known.
FIRMS = """
CREATE TEMP TABLE firms AS
WITH whole AS (
    SELECT coalesce(same, code) AS firm, coalesce(min(name) FILTER (code = coalesce(same, code)), min(name)) AS name,
           min(founded_date) AS founded_date, max(insured_headcount) AS insured, min(nature_code) AS nature_code
    FROM register LEFT JOIN decided USING (code) GROUP BY ALL),
offices AS (SELECT name AS office, max(insured) AS office_insured FROM whole WHERE name IS NOT NULL GROUP BY name)
SELECT firm, name, founded_date, nature_code, branch_of(name) <> '' AS branch,
       CASE WHEN branch_of(name) = '' THEN insured WHEN office_insured IS NOT NULL
            THEN greatest(insured, office_insured) END AS insured
FROM whole LEFT JOIN offices ON office = branch_of(name);
"""

# The parent comes from the round's table, else from the first two digits of the code.
DESTINED = """
CREATE TEMP TABLE destinations AS
SELECT code, min(name_zh) AS name_zh, coalesce(min(parent_code), code[1:2]) AS family, bool_or(settled) AS settled
FROM codes WHERE "table" = 'destination' AND code IS NOT NULL GROUP BY code;
CREATE VIEW destined AS
SELECT records.*, destinations.name_zh AS destination_name, destinations.settled,
       coalesce(destinations.family, records.destination_code[1:2]) AS family
FROM records LEFT JOIN destinations ON destinations.code = records.destination_code;
CREATE VIEW hired AS
SELECT destined.*, credit_codes.firm, credit_codes.valid
FROM destined JOIN credit_codes ON credit_codes.raw = destined.credit_code;
CREATE TEMP TABLE staffing AS
SELECT firm, coalesce(destinations.family, destination_code[1:2]) AS family, sum(rows) AS rows
FROM entered JOIN credit_codes USING (raw) LEFT JOIN destinations ON destinations.code = destination_code GROUP BY ALL;
"""


def lay(
    con: duckdb.DuckDBPyConnection, frames: Mapping[str, pa.Table | Path | str], *, as_of: datetime
) -> dict[str, frozenset[str]]:
    """Make the given frames, checked, and what is shared over them visible to the rules' SQL; return their columns."""
    con.execute("SET TimeZone = 'UTC'")
    columns = {name: check(name, frame) for name, frame in frames.items()}
    for name, frame in frames.items():
        _show(con, name, frame, columns[name])
    if "confirmations" in frames:
        _refuse_unknown_answers(con)
    if "working_days" in frames:
        _refuse_short_calendar(con, as_of)
    con.execute(MACROS)
    # Employer identity: the credit code first, then the key that intake knows; nothing fuzzier may merge.
    con.create_function("employer_key", employer_name, ["VARCHAR"], "VARCHAR", side_effects=False)
    con.create_function("likeness", _likeness, ["VARCHAR", "VARCHAR"], "INTEGER", side_effects=False)
    if "operators" not in frames:
        con.execute(_NO_STAFF)
    if "aliases" not in frames:
        con.execute(_NOTHING_DECIDED)
    con.execute(DECIDED)
    if "records" in frames:
        con.execute(CREDIT_CODES)
    if "employers" in frames:
        con.execute(REGISTER)
        con.execute(FIRMS)
    if {"records", "codes"} <= set(frames):
        con.execute(DESTINED)
    return columns


def empty(con: duckdb.DuckDBPyConnection, name: str, column: str) -> bool:
    """Say whether no row of a frame has anything in a column; the first value ends the search."""
    return con.execute(f'SELECT 1 FROM {name} WHERE "{column}" IS NOT NULL LIMIT 1').fetchone() is None  # noqa: S608 - names of SCHEMAS


def unreadable(
    con: duckdb.DuckDBPyConnection, frames: Mapping[str, object], columns: Mapping[str, frozenset[str]]
) -> dict[str, int]:
    """Count, by column, the numbers that no rule can read because they are larger than anything of their kind."""
    found = {}
    for name in sorted(frames):
        kinds = {row[0]: row[1] for row in con.execute(f"DESCRIBE given_{name}").fetchall()}
        for field in SCHEMAS[name]:
            if field.name not in columns[name] or not _is_number(field):
                continue
            wanted = _TYPES[field.type]
            if kinds[field.name] == _PLAIN[wanted]:
                continue
            lost = f'"{field.name}" IS NOT NULL AND TRY_CAST("{field.name}" AS {wanted}) IS NULL'
            ((count,),) = con.execute(f"SELECT count(*) FROM given_{name} WHERE {lost}").fetchall()  # noqa: S608 - names of SCHEMAS
            if count:
                found[f"{name}.{field.name}"] = count
    return found


def _is_number(field: pa.Field) -> bool:
    return pa.types.is_integer(field.type) or pa.types.is_decimal(field.type)


def _likeness(one: str, other: str) -> int:
    # DuckDB's own distances count bytes, three to a Chinese character.
    return int(100 * SequenceMatcher(None, one, other, autojunk=False).ratio())


def _show(con: duckdb.DuckDBPyConnection, name: str, frame: pa.Table | Path | str, there: frozenset[str]) -> None:
    source = f"given_{name}"
    if isinstance(frame, pa.Table):
        con.register(source, frame)
    else:
        path = str(frame).replace("'", "''")
        con.execute(f"CREATE VIEW {source} AS SELECT * FROM read_parquet('{path}')")  # noqa: S608 - quoted above
    columns = ", ".join(_column(field) if field.name in there else _unknown(field) for field in SCHEMAS[name])
    keyed = "WHERE student_no IS NOT NULL" if "student_no" in KEYS[name] else ""
    con.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM {source} {keyed}")  # noqa: S608 - names are SCHEMAS' own


def _column(field: pa.Field) -> str:
    if pa.types.is_timestamp(field.type):
        # The session's zone is UTC and China has had no daylight saving since 1991: this is Beijing time.
        return f'CAST(CAST("{field.name}" AS TIMESTAMPTZ) AS TIMESTAMP) + INTERVAL 8 HOUR AS "{field.name}"'
    # A number that is larger than anything of its kind is unreadable, not a reason to stop: see `unreadable`.
    cast = "TRY_CAST" if _is_number(field) else "CAST"
    return f'{cast}("{field.name}" AS {_TYPES[field.type]}) AS "{field.name}"'


def _unknown(field: pa.Field) -> str:
    kind = "TIMESTAMP" if pa.types.is_timestamp(field.type) else _TYPES[field.type]
    return f'CAST(NULL AS {kind}) AS "{field.name}"'


def _refuse_unknown_answers(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("SELECT DISTINCT status FROM confirmations ORDER BY status").fetchall()
    for (status,) in rows:
        if status not in STATUSES:
            raise FrameInvalid(N_("确认状态“%(status)s”不是已知的四种之一。"), params={"status": status})


def _refuse_short_calendar(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    # No holiday of the State Council's calendar is longer than this, so a larger gap means unknown days.
    longest = timedelta(days=10)
    (last,) = con.execute("SELECT max(day) FROM working_days").fetchone() or (None,)
    if last is None or last + longest < as_of.date():
        message = N_("工作日历只到 %(last)s，不足以计算到 %(as_of)s 的工作日。")
        raise FrameInvalid(message, params={"last": str(last or "—"), "as_of": str(as_of.date())})
