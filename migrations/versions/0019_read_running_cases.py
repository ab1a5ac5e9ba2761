"""read running cases

In the order of deadlines over many organisations: whoever looks after a hundred universities counts what is late
among all of them, and an index that begins with the organisation can only fetch every such case and sort. On PostgreSQL
the two indexes that lists and their numbers walk along also hold what the conditions of a list ask, so that counting
a thousand cases fetches none of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WALKED = {
    "ix_cases_organisation": ("organisation_id", ("round_id", "concerns_id", "state", "accepted_at")),
    "ix_cases_round": ("round_id", ("organisation_id", "concerns_id")),
}


def upgrade():
    still = sa.text("accepted_at IS NULL")
    op.create_index("ix_cases_running", "cases", ["due_at", "id"], sqlite_where=still, postgresql_where=still)
    if op.get_bind().dialect.name == "postgresql":
        for name, (first, asked) in WALKED.items():
            op.drop_index(name, "cases")
            op.create_index(name, "cases", [first, "due_at", "id"], postgresql_include=asked)


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        for name, (first, _) in WALKED.items():
            op.drop_index(name, "cases")
            op.create_index(name, "cases", [first, "due_at", "id"])
    op.drop_index("ix_cases_running", "cases")
