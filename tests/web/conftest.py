"""What tests of moderators' pages share: a desk in process, and a feed behind a source of it."""

from collections.abc import Callable, Iterator

import pytest

from finder.config import Settings
from finder.store.database import Database
from tests.conftest import BuildSite
from tests.sources.instance import Feed, feeding
from tests.web.desk import Desk, a_desk
from tests.web.source_pages import ROWS


@pytest.fixture
def desk(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Desk:
    """Bodies and people over an empty directory, and the site in this process."""
    made = a_desk(database)
    made.app = build_site(settings_for(database.url.render_as_string(hide_password=False)))
    return made


@pytest.fixture
def feed() -> Iterator[Feed]:
    """A feed of twelve meetings on loopback, whose rows a test may change."""
    with feeding(*ROWS) as made:
        yield made
