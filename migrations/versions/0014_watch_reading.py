"""watch reading

Refusals that matter, and questions about unusual reading. What is audited is
read by action and day, over many organisations and both chains.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OPEN = sa.text("answered_at IS NULL")


def upgrade():
    op.create_index("ix_journal_entries_audit", "journal_entries", ["organisation_id", "action", "at"])
    op.create_table(
        "refused_tries",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_tries"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_refused_tries_person_id_persons"),
        sa.UniqueConstraint("person_id", "what", "reason", "hour", name="uq_refused_tries_person_id_what_reason_hour"),
    )
    op.create_index("ix_refused_tries_hour", "refused_tries", ["hour", "person_id"])
    _add_questions()


def downgrade():
    op.drop_table("reading_questions")
    op.drop_table("refused_tries")
    op.drop_index("ix_journal_entries_audit", "journal_entries")


def _add_questions():
    people = {"person_id": "persons", "answered_by_id": "persons"}
    places = {"organisation_id": "organisations", "asked_body_id": "organisations"}
    op.create_table(
        "reading_questions",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("asked_role", sa.String(length=64), nullable=False),
        sa.Column("asked_body_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reading_questions"),
        sa.UniqueConstraint("ref", name="uq_reading_questions_ref"),
        sa.UniqueConstraint(
            "person_id", "kind", "subject", "day", name="uq_reading_questions_person_id_kind_subject_day"
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_reading_questions_{column}_{table}")
            for column, table in (people | places).items()
        ),
    )
    open_ones = {"sqlite_where": OPEN, "postgresql_where": OPEN}
    op.create_index("ix_reading_questions_open", "reading_questions", ["asked_body_id", "id"], **open_ones)
    op.create_index("ix_reading_questions_organisation", "reading_questions", ["organisation_id", "id"])
