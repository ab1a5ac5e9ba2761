"""sign in elsewhere

Identities of other houses, the proofs of theirs that were taken once, links that set a password, and what was decided
in reviews of access. Tokens get scopes and an end: those that are there keep every right they had, for ninety days.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
EVERYTHING = ["read", "cases", "leads", "reports", "import", "screening", "campaigns", "settings"]
STILL_GOOD_FOR = timedelta(days=90)


def upgrade():
    _add_identities()
    _add_invitations()
    _add_decisions()
    _bound_tokens()
    with op.batch_alter_table("persons") as table:
        table.add_column(sa.Column("seen_at", MOMENT, nullable=True))


def downgrade():
    with op.batch_alter_table("persons") as table:
        table.drop_column("seen_at")
    with op.batch_alter_table("api_tokens") as table:
        for column in ("used_from", "ends_at", "scopes"):
            table.drop_column(column)
    for table in ("access_decisions", "invitations", "spent_proofs", "identities"):
        op.drop_table(table)


def _add_identities():
    op.create_table(
        "identities",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_identities_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("ref", name=op.f("uq_identities_ref")),
        sa.UniqueConstraint("provider", "subject", name=op.f("uq_identities_provider_subject")),
        sa.UniqueConstraint("provider", "person_id", name=op.f("uq_identities_provider_person_id")),
    )
    op.create_index(op.f("ix_identities_person_id"), "identities", ["person_id"])
    op.create_table(
        "spent_proofs",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("spent_at", MOMENT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_proofs")),
        sa.UniqueConstraint("hash", name=op.f("uq_spent_proofs_hash")),
    )
    op.create_index(op.f("ix_spent_proofs_spent_at"), "spent_proofs", ["spent_at"])


def _add_invitations():
    op.create_table(
        "invitations",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["persons.id"], name=op.f("fk_invitations_made_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_invitations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("hash", name=op.f("uq_invitations_hash")),
        sa.UniqueConstraint("ref", name=op.f("uq_invitations_ref")),
    )
    op.create_index(op.f("ix_invitations_person_id"), "invitations", ["person_id"])


def _add_decisions():
    op.create_table(
        "access_decisions",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_access_decisions_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_access_decisions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_decisions")),
    )
    op.create_index("ix_access_decisions_line", "access_decisions", ["person_id", "finding", "at"])


def _bound_tokens():
    with op.batch_alter_table("api_tokens") as table:
        table.add_column(sa.Column("scopes", JSON, nullable=True))
        table.add_column(sa.Column("ends_at", MOMENT, nullable=True))
        table.add_column(sa.Column("used_from", sa.Text(), nullable=False, server_default=""))
    tokens = sa.table("api_tokens", sa.column("scopes", JSON), sa.column("ends_at", MOMENT))
    end = datetime.now(UTC) + STILL_GOOD_FOR
    op.execute(tokens.update().values(scopes=EVERYTHING, ends_at=end.replace(tzinfo=None) if _is_sqlite() else end))
    with op.batch_alter_table("api_tokens") as table:
        table.alter_column("scopes", existing_type=JSON, nullable=False)
        table.alter_column("ends_at", existing_type=MOMENT, nullable=False)


def _is_sqlite():
    return op.get_bind().dialect.name == "sqlite"
