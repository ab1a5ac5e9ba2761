"""seal evidence

A signature may rest on paper or on a certificate: what was handed in waits in
`signed_papers` until the signer confirms it, and the signature names its file.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade():
    _add_signed_papers()


def downgrade():
    _drop_signed_papers()


def _add_signed_papers():
    op.create_table(
        "signed_papers",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("manifest_hash", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("bound_by", sa.String(length=64), nullable=False),
        sa.Column("handed_in_at", MOMENT, nullable=False),
        sa.Column("handed_in_by_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_signed_papers_file_id")),
        sa.ForeignKeyConstraint(["handed_in_by_id"], ["persons.id"], name=op.f("fk_signed_papers_handed_in_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_signed_papers_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_papers")),
        sa.UniqueConstraint("ref", name=op.f("uq_signed_papers_ref")),
    )
    op.create_index(op.f("ix_signed_papers_report_id"), "signed_papers", ["report_id"])
    with op.batch_alter_table("signatures") as table:
        table.add_column(sa.Column("file_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("certificate", JSON, nullable=False, server_default="{}"))
        table.add_column(sa.Column("level", sa.String(length=64), nullable=False, server_default=""))
        table.create_foreign_key(op.f("fk_signatures_file_id"), "files", ["file_id"], ["id"])


def _drop_signed_papers():
    with op.batch_alter_table("signatures") as table:
        table.drop_constraint(op.f("fk_signatures_file_id"), type_="foreignkey")
        for column in ("level", "certificate", "file_id"):
            table.drop_column(column)
    op.drop_table("signed_papers")
