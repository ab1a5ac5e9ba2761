"""declare conflicts

A tie that keeps a person from a matter gets a name, who declared it and why, and
is withdrawn instead of removed. A case may be offered to the level above. A
mandate says why it was given.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
STANDING = sa.text("withdrawn_at IS NULL")
WAITING = sa.text("ended_at IS NULL")


def upgrade():
    _widen_relations()
    _add_referrals()
    with op.batch_alter_table("mandates") as table:
        table.add_column(sa.Column("reason", sa.LargeBinary(), nullable=True))


def downgrade():
    with op.batch_alter_table("mandates") as table:
        table.drop_column("reason")
    op.drop_table("case_referrals")
    _narrow_relations()


def _widen_relations():
    with op.batch_alter_table("relations") as table:
        table.add_column(sa.Column("ref", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("declared_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("reason", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("withdrawn_at", MOMENT, nullable=True))
        table.add_column(sa.Column("withdrawn_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("why_withdrawn", sa.LargeBinary(), nullable=True))
    _name_them()
    with op.batch_alter_table("relations") as table:
        table.alter_column("ref", existing_type=sa.String(length=64), nullable=False)
        table.create_unique_constraint(op.f("uq_relations_ref"), ["ref"])
        for column in ("declared_by_id", "withdrawn_by_id"):
            table.create_foreign_key(op.f(f"fk_relations_{column}"), "persons", [column], ["id"])
    op.create_index(
        "uq_relations_standing",
        "relations",
        ["person_id", "kind", "value"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def _name_them():
    """Give every tie that is known a name, and leave one of those that were written down twice."""
    known = sa.table("relations", *(sa.column(name) for name in ("id", "ref", "person_id", "kind", "value")))
    connection, seen = op.get_bind(), set()
    for row in connection.execute(sa.select(known).order_by(known.c.id)).all():
        this = known.c.id == row.id
        if (row.person_id, row.kind, row.value) in seen:
            connection.execute(known.delete().where(this))
            continue
        seen.add((row.person_id, row.kind, row.value))
        name = "".join(secrets.choice(LETTERS) for _ in range(12))
        connection.execute(known.update().where(this).values(ref=name))


def _narrow_relations():
    op.drop_index("uq_relations_standing", table_name="relations")
    op.execute("DELETE FROM relations WHERE withdrawn_at IS NOT NULL")  # nothing else says that they stand no more
    with op.batch_alter_table("relations") as table:
        for column in ("withdrawn_by_id", "declared_by_id"):
            table.drop_constraint(op.f(f"fk_relations_{column}"), type_="foreignkey")
        table.drop_constraint(op.f("uq_relations_ref"), type_="unique")
        for column in ("why_withdrawn", "withdrawn_by_id", "withdrawn_at", "reason", "declared_by_id", "ref"):
            table.drop_column(column)


def _add_referrals():
    op.create_table(
        "case_referrals",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_body_id", sa.Integer(), nullable=False),
        sa.Column("asked_of_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_body_id"], ["organisations.id"], name=_fk("asked_by_body_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["persons.id"], name=_fk("asked_by_id")),
        sa.ForeignKeyConstraint(["asked_of_id"], ["organisations.id"], name=_fk("asked_of_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=_fk("case_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["persons.id"], name=_fk("ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_referrals")),
        sa.UniqueConstraint("ref", name=op.f("uq_case_referrals_ref")),
    )
    op.create_index(op.f("ix_case_referrals_case_id"), "case_referrals", ["case_id"])
    op.create_index(
        "uq_case_referrals_open",
        "case_referrals",
        ["case_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index(
        "ix_case_referrals_waiting",
        "case_referrals",
        ["asked_of_id", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def _fk(column):
    return op.f(f"fk_case_referrals_{column}")
