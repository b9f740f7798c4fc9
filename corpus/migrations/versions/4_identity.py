"""A random number that tells this library from every other, in an index that several could write to."""

import secrets

import sqlalchemy as sa
from alembic import op

revision, down_revision = "4", "3"


def upgrade() -> None:
    op.add_column("library", sa.Column("identity", sa.Text, nullable=False, server_default=secrets.token_hex(16)))
