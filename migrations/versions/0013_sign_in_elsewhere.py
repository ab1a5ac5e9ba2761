"""sign in elsewhere

Identities of other houses, invitations, scopes and ends of tokens.
"""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
