"""wall rows

Row-level security on PostgreSQL, by organisation, for every account but the owner of the tables. What a transaction
has said of itself (`casework.cases` and so on) is let through: "*" everything, an array of ids the rows of these
organisations; nothing said, nothing seen. The settings are read once a statement, not once a row: hence the SELECT.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OWN = {
    "cases": "cases",
    "findings": "cases",
    "drifts": "cases",
    "leads": "leads",
    "records": "records",
    "reports": "reports",
}
"""Table, and the kind of thing that its rows are."""
HANGING = (
    ("evidence", "case_id", "cases", "cases"),
    ("verifications", "case_id", "cases", "cases"),
    ("corrections", "case_id", "cases", "cases"),
    ("case_moves", "case_id", "cases", "cases"),
    ("consequences", "case_id", "cases", "cases"),
    ("holds", "case_id", "cases", "cases"),
    ("rectifications", "case_id", "cases", "cases"),
    ("justified_changes", "case_id", "cases", "cases"),
    ("record_seals", "case_id", "cases", "cases"),
    ("lead_files", "lead_id", "leads", "leads"),
    ("lead_items", "lead_id", "leads", "leads"),
    ("lead_steps", "lead_id", "leads", "leads"),
    ("lead_talks", "lead_id", "leads", "leads"),
    ("revisions", "record_id", "records", "records"),
    ("proofs", "record_id", "records", "records"),
    ("confirmations", "record_id", "records", "records"),
    ("report_cases", "report_id", "reports", "reports"),
    ("report_documents", "report_id", "reports", "reports"),
    ("report_open_cases", "report_id", "reports", "reports"),
    ("signatures", "report_id", "reports", "reports"),
    ("signed_papers", "report_id", "reports", "reports"),
    ("uploads", "report_id", "reports", "reports"),
    ("filings", "report_id", "reports", "reports"),
    ("disposals", "filing_id", "filings", "reports"),
)
"""Table, the column that hangs on another, that table, the kind of thing."""


def _everywhere(kind):
    return f"(SELECT current_setting('casework.{kind}', true) = '*')"


def _among(kind):
    ids = f"ARRAY(SELECT unnest(nullif(nullif(current_setting('casework.{kind}', true), '*'), '')::int[]))"
    return f"{_everywhere(kind)} OR organisation_id = ANY ({ids})"


def upgrade():
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, kind in OWN.items():
        _wall(table, _among(kind))
    for table, column, parent, kind in HANGING:
        seen = f"EXISTS (SELECT FROM {parent} AS seen WHERE seen.id = {table}.{column})"
        _wall(table, f"{_everywhere(kind)} OR {seen}")


def _wall(table, condition):
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON {table} USING ({condition}) WITH CHECK ({condition})")


def downgrade():
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*OWN, *(each[0] for each in HANGING)):
        op.execute(f"DROP POLICY wall ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
