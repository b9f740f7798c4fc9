"""The version of the tables, which the table of Alembic holds."""

from alembic import op

revision, down_revision = "3", "2"


def upgrade() -> None:
    op.drop_column("library", "version")
