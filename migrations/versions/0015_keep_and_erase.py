"""keep and erase

What lies over the ceiling of retention is proposed for erasing, by organisation
and round, and erased when a person says so. A file or a report whose content was
erased keeps its row and its hash, and says since when there is nothing behind it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
STANDING = sa.text("done_at IS NULL")


def upgrade():
    for table in ("files", "reports"):
        op.add_column(table, sa.Column("erased_at", MOMENT, nullable=True))
    op.create_table(
        "erasures",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("over_on", sa.Date(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_erasures_organisation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_erasures_round_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["persons.id"], name=op.f("fk_erasures_done_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("ref", name=op.f("uq_erasures_ref")),
    )
    op.create_index(
        "uq_erasures_standing",
        "erasures",
        ["organisation_id", "round_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def downgrade():
    op.drop_table("erasures")
    for table in ("reports", "files"):
        with op.batch_alter_table(table) as changed:
            changed.drop_column("erased_at")
