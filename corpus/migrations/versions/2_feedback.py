"""What people said of passages, and of questions that found none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision, down_revision = "2", "1"


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text().with_variant(TEXT(collation="C"), "postgresql"), primary_key=True),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("passage_id", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
    )
