"""Alembic's environment: over the connection handed in, or over ``FINDER_DATABASE_URL`` from the command line."""

import os
from typing import Literal

from alembic import context
from sqlalchemy import Connection

from finder.store.database import Database
from finder.store.schema import metadata
from finder.store.types import Instant, Json


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column types as what the database sees, so that migrations import no model."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Json):
        return "sa.Text()"
    return False


def run(connection: Connection) -> None:
    """Run the migrations over *connection*, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
    given.commit()
else:
    with Database(os.environ["FINDER_DATABASE_URL"]).engine.connect() as own:
        run(own)
        own.commit()
