"""The table of findings inside a run: how rows get into it, and how it outlives the run.

A rule's rows are inserted by its own SQL, so that nothing of them passes through
Python; what a judge found is handed in as a table of the same shape.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from casework.screening.rule import Found

_ROWS_AT_ONCE = 1 << 16
FINDINGS = """
CREATE TEMP TABLE findings (rule VARCHAR, level VARCHAR, subject_key VARCHAR, student_nos VARCHAR[], output VARCHAR,
                            strength VARCHAR, observed VARCHAR, fingerprint VARCHAR)
"""

INSERT = """
INSERT INTO findings
SELECT $rule_code, {level}, subject, student_nos, $rule_output, $rule_strength, CAST(to_json(observed) AS VARCHAR),
       sha256(CAST(to_json(list_concat([$rule_code, subject], matters)) AS VARCHAR))
FROM ({body})
"""

# A judge's observations are texts of JSON already, because each of its rules observes other things.
_JUDGED = pa.schema(
    [
        ("subject", pa.string()),
        ("student_nos", pa.list_(pa.string())),
        ("matters", pa.list_(pa.string())),
        ("observed", pa.string()),
        ("level", pa.string()),
    ]
)


def kept(con: duckdb.DuckDBPyConnection, folder: Path) -> pa.Table:
    """Return the findings in order, mapped from a file: a province's are millions, and memory is for the rules.

    The name of the file goes with the folder; its bytes stay as long as somebody looks at the table.
    """
    path = folder / "findings.arrow"
    ordered = con.sql("SELECT * FROM findings ORDER BY rule, subject_key, fingerprint, observed")
    with ordered.to_arrow_reader(_ROWS_AT_ONCE) as batches, pa.ipc.new_file(path, batches.schema) as file:
        for batch in batches:
            file.write_batch(batch)
    with pa.memory_map(str(path)) as mapped:
        return pa.ipc.open_file(mapped).read_all()


def judged(found: Sequence[Found]) -> pa.Table:
    """Return what a judge found as a table that the insertion reads; observations are texts of JSON."""
    rows = [
        {
            "subject": each.subject,
            "student_nos": sorted(each.student_nos),
            "matters": list(each.matters),
            "observed": json.dumps(dict(each.observed), ensure_ascii=False, sort_keys=True, default=str),
            "level": each.level,
        }
        for each in found
    ]
    return pa.Table.from_pylist(rows, schema=_JUDGED)
