"""watch reading

Refusals that matter, and questions about unusual reading.
"""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
