"""A desk of moderators over a served instance, for whole modules of promises."""

from collections.abc import Callable, Iterator

import pytest

from finder.config import Settings
from finder.store.database import Database
from tests.conftest import BuildSite
from tests.servers import Server
from tests.web.desk import Desk, a_served_desk


@pytest.fixture
def served_desk(
    database: Database,
    settings_for: Callable[..., Settings],
    build_site: BuildSite,
    serve: Callable[..., Server],
) -> Iterator[Desk]:
    """Moderators whose every request goes over HTTP to real server processes."""
    made = a_served_desk(database, settings_for, build_site, serve)
    yield made
    if made.carrier is not None:
        made.carrier.close()
