"""reached discipline

When a report, and each case signed off with it, has reached the discipline body: it reads neither before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

REPORTS = """
UPDATE reports SET delivered_at = (
    SELECT min(sent_at) FROM filings WHERE report_id = reports.id AND capacity = 'discipline'
    AND voided_at IS NULL AND returned_at IS NULL AND withdrawn_at IS NULL
) WHERE state IN ('signed', 'filed')
"""
CASES = """
UPDATE cases SET delivered_at = (
    SELECT max(reports.delivered_at) FROM report_cases JOIN reports ON reports.id = report_cases.report_id
    WHERE report_cases.case_id = cases.id AND reports.state IN ('signed', 'filed')
) WHERE state IN ('signed_off', 'filed')
"""


def upgrade():
    for table in ("reports", "cases"):
        op.add_column(table, sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(REPORTS)
    op.execute(CASES)


def downgrade():
    for table in ("cases", "reports"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("delivered_at")
