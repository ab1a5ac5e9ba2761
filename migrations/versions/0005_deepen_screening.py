"""deepen screening"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NEW_COLUMNS = (
    ("cases", sa.Column("suspicion", sa.Double(), nullable=True)),
    ("confirmations", sa.Column("device_index", sa.String(length=64), nullable=True)),
    ("employers", sa.Column("address", sa.Text(), nullable=False, server_default="")),
    ("employers", sa.Column("agent_index", sa.String(length=64), nullable=True)),
    ("promises", sa.Column("stop_asked_at", sa.DateTime(timezone=True), nullable=True)),
    ("revisions", sa.Column("agreement_no", sa.Text(), nullable=False, server_default="")),
    ("screening_runs", sa.Column("settings_version", sa.Integer(), nullable=False, server_default="0")),
    ("screening_runs", sa.Column("tests", sa.Integer(), nullable=False, server_default="0")),
)


def upgrade():
    op.create_table(
        "employer_decisions",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("code_one", sa.String(length=64), nullable=False),
        sa.Column("code_other", sa.String(length=64), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name=op.f("fk_employer_decisions_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_employer_decisions_organisation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_employer_decisions_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_decisions")),
        sa.UniqueConstraint("ref", name=op.f("uq_employer_decisions_ref")),
        sa.UniqueConstraint("round_id", "organisation_id", "code_one", "code_other", name="uq_employer_decisions_pair"),
    )
    op.create_table(
        "samples",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("population_hash", sa.String(length=64), nullable=False),
        sa.Column("design", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("strata", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["persons.id"], name=op.f("fk_samples_drawn_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_samples_organisation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_samples_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
        sa.UniqueConstraint("ref", name=op.f("uq_samples_ref")),
    )
    op.create_index(op.f("ix_samples_organisation_id"), "samples", ["organisation_id"])
    op.create_table(
        "screening_settings",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("rule_values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("back_test", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["persons.id"], name=op.f("fk_screening_settings_made_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_screening_settings_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_settings")),
        sa.UniqueConstraint("round_id", "version", name=op.f("uq_screening_settings_round_id_version")),
    )
    op.create_table(
        "screening_weights",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule_values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["persons.id"], name=op.f("fk_screening_weights_made_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_screening_weights_organisation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_screening_weights_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_weights")),
        sa.UniqueConstraint(
            "round_id", "organisation_id", "version", name=op.f("uq_screening_weights_round_id_organisation_id_version")
        ),
    )
    op.create_table(
        "sample_members",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sample_members_case_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_sample_members_record_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=op.f("fk_sample_members_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_members")),
        sa.UniqueConstraint("sample_id", "record_id", name=op.f("uq_sample_members_sample_id_record_id")),
    )
    op.create_index(op.f("ix_sample_members_case_id"), "sample_members", ["case_id"])
    op.create_index(op.f("ix_sample_members_record_id"), "sample_members", ["record_id"])
    for table, column in NEW_COLUMNS:
        op.add_column(table, column)


def downgrade():
    for table, column in NEW_COLUMNS:
        op.drop_column(table, column.name)
    op.drop_index(op.f("ix_sample_members_record_id"), table_name="sample_members")
    op.drop_index(op.f("ix_sample_members_case_id"), table_name="sample_members")
    op.drop_table("sample_members")
    op.drop_table("screening_weights")
    op.drop_table("screening_settings")
    op.drop_index(op.f("ix_samples_organisation_id"), table_name="samples")
    op.drop_table("samples")
    op.drop_table("employer_decisions")
