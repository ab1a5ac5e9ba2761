"""deepen delivery"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

NEW_COLUMNS = (
    ("persons", sa.Column("mobile", sa.LargeBinary(), nullable=True)),
    ("persons", sa.Column("wecom", sa.Text(), nullable=False, server_default="")),
    ("persons", sa.Column("calendar_hash", sa.String(length=64), nullable=True)),
    ("messages", sa.Column("handled_at", MOMENT, nullable=True)),
    ("messages", sa.Column("handled_how", sa.String(length=64), nullable=False, server_default="")),
    ("providers", sa.Column("weight", sa.Integer(), nullable=False, server_default="1")),
)
NEW_REFERENCES = (
    ("persons", "stand_in_id", "persons"),
    ("messages", "bundle_id", "messages"),
    ("messages", "resend_of_id", "messages"),
    ("messages", "handled_by_id", "persons"),
    ("providers", "held_by_id", "persons"),
)
READY = sa.text("state = 'ready'")
ACCEPTED = sa.text("state = 'accepted'")
OPEN = sa.text("state IN ('prepared', 'submitting', 'in_doubt')")
UNACCEPTED = sa.text("accepted_at IS NULL")
UNASSIGNED = sa.text("owner_id IS NULL AND accepted_at IS NULL")
STUCK = sa.text("state IN ('dead', 'undelivered_permanent') AND handled_at IS NULL")


def upgrade():
    op.create_table(
        "presses",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("case_key", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("cases", JSON, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_presses_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_presses_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_presses_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presses")),
        sa.UniqueConstraint("ref", name=op.f("uq_presses_ref")),
        sa.UniqueConstraint(
            "action", "person_id", "case_key", "day", name=op.f("uq_presses_action_person_id_case_key_day")
        ),
    )
    op.create_index(op.f("ix_presses_organisation_id"), "presses", ["organisation_id"])
    op.create_index(op.f("ix_presses_person_id"), "presses", ["person_id"])
    op.create_table(
        "alarms",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("open_key", sa.Integer(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("code", "subject", "open_key", name=op.f("uq_alarms_code_subject_open_key")),
    )
    op.create_table(
        "board_counts",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_board_counts_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_counts")),
        sa.UniqueConstraint("round_id", "reach", name=op.f("uq_board_counts_round_id_reach")),
    )
    for table, column in NEW_COLUMNS:
        op.add_column(table, column)
    for table, column, target in NEW_REFERENCES:  # in words that both databases know: SQLite alters no constraints
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
        )
    op.create_index(op.f("ix_persons_calendar_hash"), "persons", ["calendar_hash"], unique=True)
    op.create_index(op.f("ix_messages_bundle_id"), "messages", ["bundle_id"])
    op.create_index("ix_send_attempts_open", "send_attempts", ["lease_until"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        "ix_messages_accepted", "messages", ["channel", "ended_at"], sqlite_where=ACCEPTED, postgresql_where=ACCEPTED
    )
    op.create_index("ix_messages_stuck", "messages", ["id"], sqlite_where=STUCK, postgresql_where=STUCK)
    op.create_index(
        "ix_cases_unaccepted",
        "cases",
        ["organisation_id", "state", "due_at", "id"],
        sqlite_where=UNACCEPTED,
        postgresql_where=UNACCEPTED,
    )
    op.create_index(
        "ix_cases_unassigned",
        "cases",
        ["organisation_id", "due_at", "id"],
        sqlite_where=UNASSIGNED,
        postgresql_where=UNASSIGNED,
    )
    op.drop_index("ix_messages_ready", table_name="messages")
    op.create_index(
        "ix_messages_ready",
        "messages",
        ["channel", "class", "next_at", "id"],
        sqlite_where=READY,
        postgresql_where=READY,
    )


def downgrade():
    op.drop_index("ix_cases_unassigned", table_name="cases")
    op.drop_index("ix_cases_unaccepted", table_name="cases")
    op.drop_index("ix_send_attempts_open", table_name="send_attempts")
    for name in ("ix_messages_ready", "ix_messages_accepted", "ix_messages_stuck", op.f("ix_messages_bundle_id")):
        op.drop_index(name, table_name="messages")
    op.create_index("ix_messages_ready", "messages", ["channel", "state", "next_at"])
    op.drop_index(op.f("ix_persons_calendar_hash"), table_name="persons")
    for table, column, _ in NEW_REFERENCES:
        with op.batch_alter_table(table) as without:  # SQLite keeps a column that a key of the table names
            without.drop_column(column)
    for table, column in NEW_COLUMNS:
        op.drop_column(table, column.name)
    op.drop_table("board_counts")
    op.drop_table("alarms")
    op.drop_table("presses")
