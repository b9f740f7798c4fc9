"""The articles, what they were before, and the number of the last change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision, down_revision = "1", None


def upgrade() -> None:
    article_id = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
    op.create_table(
        "library",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("last_report", sa.JSON),
    )
    op.execute("INSERT INTO library (id, version, change) VALUES (1, 1, 0)")
    op.create_table(
        "articles",
        sa.Column("id", article_id, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("number", sa.BigInteger, nullable=False, unique=True),
        sa.Column("digest", sa.Text, nullable=False, index=True),
        sa.Column("kept_out", sa.Boolean, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("reviewed", sa.Text),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_table(
        "versions",
        sa.Column("article_id", article_id, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
