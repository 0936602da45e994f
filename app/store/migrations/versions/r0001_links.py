"""The first tables: short links."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table of links."""
    op.create_table(
        "links",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("ancestor", sa.String(32), nullable=True),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=True),
    )
    op.create_index("links_expires", "links", ["expires"])


def downgrade() -> None:
    """Forget all links."""
    op.drop_table("links")
