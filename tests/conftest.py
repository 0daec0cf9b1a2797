"""Fixtures of the whole suite: both databases, the demo directory, the site in process, servers and a browser.

Every fixture that gives a database gives it on SQLite and on PostgreSQL, so a test that takes one runs on both.
"""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.application import create_app
from finder.config import Settings
from finder.directory.batch import Batch, apply_batch
from finder.directory.vocabulary import load_vocabulary
from finder.feeds.demo import demo_listings
from finder.feeds.seed import load_formats, load_programs
from finder.store import migrate
from finder.store.database import Database
from finder.surroundings import Clock
from finder.web.headers import parts_of
from tests import postgres, quicker
from tests.requirements import need

#: What the fixture `build_site` gives.
BuildSite = Callable[..., Flask]

pytest_plugins = ["tests.gazetteer", "tests.servers", "tests.browsers", "tests.mail.post_office", "tests.web.served"]

#: The instant at which the tests take place unless they say otherwise: a Tuesday evening in Austin.
NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)

SEEDS = Path(__file__).resolve().parent.parent / "seed_data"
#: Tests that ask processes of their own, or compute for long: measuring what they cover would tell little.
LONG = ("tests/promises/", "tests/cli/", "tests/search/test_engine", "tests/domain/test_schedule_oracle")
_cluster: list[postgres.Cluster] = []
quicker.install()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once for the whole run, before there are workers."""
    programs = postgres.binaries()
    if hasattr(config, "workerinput") or os.environ.get(postgres.URL_VARIABLE) or programs is None:
        return
    cluster = postgres.Cluster(programs)
    _cluster.append(cluster)
    os.environ[postgres.URL_VARIABLE] = cluster.url


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark what takes long, and leave out on PostgreSQL what is asked of one database.

    What takes longest comes first, when all others have put things into their order, so that all workers end together.
    """
    for item in items:
        if item.nodeid.startswith(LONG) or item.get_closest_marker("browser"):
            item.add_marker("long")
    yield
    twice = [item for item in items if all(map(item.get_closest_marker, ("one_database", "postgresql")))]
    config.hook.pytest_deselected(items=twice)
    left_out = set(twice)
    items[:] = sorted(
        (item for item in items if item not in left_out), key=lambda item: item.get_closest_marker("long") is None
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL."""
    del config
    while _cluster:
        os.environ.pop(postgres.URL_VARIABLE, None)
        _cluster.pop().stop()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def backend(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on."""
    kind: str = request.param
    if kind == "postgresql":
        present = postgres.URL_VARIABLE in os.environ
        need("postgresql", present=present, how="install the Debian package postgresql")
    return kind


class Databases:
    """Makes databases of one kind by copying templates, each of which is built once."""

    def __init__(self, kind: str, folder: Path, prefix: str) -> None:
        self.kind, self._folder, self._prefix, self._count = kind, folder, prefix, 0
        self._templates: dict[str, str] = {}

    def copy_of(self, name: str, build: Callable[[Database], None]) -> str:
        """Give the address of a fresh copy of template *name*, which *build* fills the first time."""
        if name not in self._templates:
            url = self._new(f"{self._prefix}_template_{name}")
            database = Database(url)
            build(database)
            database.dispose()
            self._templates[name] = url
        self._count += 1
        return self._new(f"{self._prefix}_{name}_{self._count}", like=self._templates[name])

    def _new(self, name: str, like: str | None = None) -> str:
        if self.kind == "sqlite":
            target = self._folder / f"{name}.db"
            if like:
                with _closing_sqlite(like.removeprefix("sqlite:///")):
                    shutil.copyfile(like.removeprefix("sqlite:///"), target)
            return f"sqlite:///{target}"
        address = os.environ[postgres.URL_VARIABLE]
        template = like.split("/")[3].split("?")[0] if like else "template1"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return address.replace("/postgres?", f"/{name}?")


class _closing_sqlite:  # noqa: N801 - a context manager
    """Brings a SQLite file's log into the file, so that copying the file copies everything."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        import sqlite3  # noqa: PLC0415

        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def __exit__(self, *_: object) -> None:
        """Nothing to give back."""


@pytest.fixture(scope="session")
def both_kinds(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> dict[str, Databases]:
    """Makes databases, by kind; kept while pytest changes back and forth between the kinds."""
    prefix = f"t{os.getpid()}_{worker_id}"
    folder = tmp_path_factory.mktemp("databases")
    return {kind: Databases(kind, folder, f"{prefix}_{kind}") for kind in ("sqlite", "postgresql")}


@pytest.fixture(scope="session")
def databases(backend: str, both_kinds: dict[str, Databases]) -> Databases:
    """Makes databases of the kind a test runs on."""
    return both_kinds[backend]


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of this pytest-xdist worker, "master" without it."""
    workerinput: dict[str, str] = getattr(request.config, "workerinput", {})
    return workerinput.get("workerid", "master")


def prepare(database: Database) -> None:
    """Migrate, and load programs and formats."""
    migrate.upgrade(database)
    programs = load_programs((SEEDS / "programs.toml").read_text(encoding="utf-8"))
    formats = load_formats((SEEDS / "formats.toml").read_text(encoding="utf-8"))
    with database.unit_of_work() as session:
        load_vocabulary(session, programs, formats, actor="seed", now=NOW)


def prepare_demo(database: Database) -> None:
    """Prepare, and load the demo meetings as of `NOW`."""
    prepare(database)
    drafts = tuple(demo_listings((SEEDS / "demo.toml").read_text(encoding="utf-8"), now=NOW))
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Demo", source_kind="demo", new=drafts), actor="seed", reason="", now=NOW)


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A database with vocabulary and no listing, for one test."""
    made = Database(databases.copy_of("prepared", prepare))
    yield made
    made.dispose()


@pytest.fixture
def demo_database(databases: Databases) -> Iterator[Database]:
    """A database with the demo meetings, for one test to change."""
    made = Database(databases.copy_of("demo", prepare_demo))
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def demo_url(databases: Databases) -> str:
    """The address of a database with the demo meetings; tests only read it."""
    return databases.copy_of("demo", prepare_demo)


@pytest.fixture(scope="session")
def settings_for(tmp_path_factory: pytest.TempPathFactory, gazetteer_path: Path) -> Callable[..., Settings]:
    """Make settings over a database address; keywords are variables without ``FINDER_``, in small letters."""

    def make(url: str, **variables: str) -> Settings:
        folder = tmp_path_factory.mktemp("data")
        (folder / "places.db").symlink_to(gazetteer_path)
        env = {"DATA_DIR": str(folder), "DATABASE_URL": url, "TESTING": "1", "NOW": NOW.isoformat()}
        env |= {name.upper(): value for name, value in variables.items()}
        return Settings.from_env({f"FINDER_{name}": value for name, value in env.items()})

    return make


@pytest.fixture(scope="session")
def site(demo_url: str, settings_for: Callable[..., Settings]) -> Iterator[Flask]:
    """The site over the demo meetings, at `NOW`; tests only read it."""
    app = create_app(settings_for(demo_url))
    yield app
    close(app)


def close(app: Flask) -> None:
    """Close what *app* holds of its database."""
    parts_of(app).reader.close()
    parts_of(app).database.dispose()


@pytest.fixture
def build_site() -> Iterator[BuildSite]:
    """Make a site of settings, for one test; takes what `create_app` takes."""
    made: list[Flask] = []

    def build(settings: Settings, clock: Clock | None = None) -> Flask:
        made.append(create_app(settings, clock=clock))
        return made[-1]

    yield build
    for app in made:
        close(app)


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    """A browser-like client of the demo site."""
    return site.test_client()
