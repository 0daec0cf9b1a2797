"""Brings a database to the newest shape, by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from finder.store.database import Database

FOLDER = Path(__file__).with_name("migrations")


@contextmanager
def _config(database: Database) -> Iterator[Config]:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        yield config


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations up to *revision*; nothing happens when they have been run."""
    with _config(database) as config:
        command.upgrade(config, revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Run the migrations down to *revision*."""
    with _config(database) as config:
        command.downgrade(config, revision)


def newest_shape(database: Database) -> str:
    """The name of the shape that the newest migration brings."""
    with _config(database) as config:
        return ScriptDirectory.from_config(config).get_current_head() or ""


def is_current(database: Database) -> bool:
    """Whether every migration has been run."""
    with _config(database) as config:
        newest = ScriptDirectory.from_config(config).get_current_head()
        present = MigrationContext.configure(config.attributes["connection"]).get_current_revision()
    return newest == present
