"""Bring the tables up within the transaction of whoever asks: all of it is there afterwards, or nothing."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
