"""index letters lightly

A letter to a graduate has no account, case, lead or bundle, and each of its
steps would write it into the indexes of all four: what is not there is not
indexed any more. And a wave goes through its list in the order of the key that
the list has: where it has come to is named by the record.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PARTIAL = (
    ("ix_messages_inbox", ("person_id", "channel", "id")),
    ("ix_messages_record_id", ("record_id",)),
    ("ix_messages_lead_id", ("lead_id",)),
    ("ix_messages_case_id", ("case_id",)),
    ("ix_messages_attempt_id", ("attempt_id",)),
    ("ix_messages_bundle_id", ("bundle_id",)),
)


PLACES = ("cursor", "canary_until")


def upgrade():
    for place in PLACES:
        _rename(place, known_by="id", called="record_id")
    for name, columns in PARTIAL:
        there = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, "messages")
        op.create_index(name, "messages", list(columns), sqlite_where=there, postgresql_where=there)


def downgrade():
    for place in PLACES:
        _rename(place, known_by="record_id", called="id")
    for name, columns in PARTIAL:
        op.drop_index(name, "messages")
        op.create_index(name, "messages", list(columns))


def _rename(place, *, known_by, called):
    waves, listed = (
        sa.table("campaign_waves", sa.column("campaign_id"), sa.column(place)),
        sa.table("campaign_recipients", *(sa.column(name) for name in ("campaign_id", "id", "record_id"))),
    )
    there = (listed.c.campaign_id == waves.c.campaign_id, listed.c[known_by] == waves.c[place])
    found = sa.select(listed.c[called]).where(*there).scalar_subquery()
    op.execute(waves.update().values({place: sa.func.coalesce(found, 0)}))
