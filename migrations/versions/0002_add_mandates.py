"""add mandates"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "mandates",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("principal_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_mandates_file_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_mandates_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_mandates_person_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["persons.id"], name=op.f("fk_mandates_principal_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["persons.id"], name=op.f("fk_mandates_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
        sa.UniqueConstraint("ref", name=op.f("uq_mandates_ref")),
    )
    op.create_index(op.f("ix_mandates_organisation_id"), "mandates", ["organisation_id"])
    with op.batch_alter_table("signatures") as table:
        table.add_column(sa.Column("document", sa.String(length=255), nullable=False, server_default=""))


def downgrade():
    with op.batch_alter_table("signatures") as table:
        table.drop_column("document")
    op.drop_index(op.f("ix_mandates_organisation_id"), table_name="mandates")
    op.drop_table("mandates")
