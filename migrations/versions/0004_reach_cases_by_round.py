"""reach cases by round, and tie records to their newest revision on PostgreSQL too"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_cases_round", "cases", ["round_id", "due_at", "id"])
    if op.get_bind().dialect.name == "postgresql":  # a table that is made before its target could not name it
        op.create_foreign_key(
            "fk_records_revision_id",
            "records",
            "revisions",
            ["revision_id"],
            ["id"],
            deferrable=True,
            initially="DEFERRED",
        )


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_records_revision_id", "records", type_="foreignkey")
    op.drop_index("ix_cases_round", "cases")
