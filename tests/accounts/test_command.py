"""The command that looks after people, over a database."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from finder.cli import finder
from finder.cli.toolbox import Toolbox
from finder.config import Settings
from finder.domain.errors import FinderError
from finder.domain.roles import Role
from finder.store.accounts import User
from finder.store.database import Database
from finder.store.people import ServiceBody
from tests.accounts.visitors import a_body, a_member, outbox, somebody
from tests.conftest import NOW

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, settings_for: Callable[..., Settings], tmp_path: Path) -> Run:
    """Run `finder user` with these words."""
    settings = settings_for(database.url.render_as_string(hide_password=False))
    toolbox = Toolbox(
        settings=settings, clock=lambda: NOW, database=database, root=tmp_path, gazetteer_path=tmp_path / "places.db"
    )
    return lambda *words: CliRunner().invoke(finder, ["user", *words], obj=lambda: toolbox)


def test_the_first_administrator_gets_a_link_in_the_terminal_and_by_mail(database: Database, run: Run) -> None:
    done = run("invite", "Robin@example.org", "--administrator", "--name", "Robin")
    assert done.exit_code == 0, done.output
    link = done.stdout.strip()
    assert link.startswith("http://127.0.0.1:8000/account/invitation/")
    assert link in outbox(database)[0].body
    listed = run("list").stdout
    assert "robin@example.org" in listed
    assert "invited, not accepted yet" in listed


def test_a_moderator_is_invited_for_a_body_by_its_short_name(database: Database, run: Run) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Area")
        slug = session.get_one(ServiceBody, body).slug
    assert run("invite", "robin@example.org", "--moderator", slug).exit_code == 0
    assert "moderator of Area" in run("list").stdout
    unknown = run("invite", "robin@example.org", "--moderator", "nowhere")
    assert isinstance(unknown.exception, FinderError)
    assert slug in str(unknown.exception)


@pytest.mark.parametrize("words", [[], ["--administrator", "--moderator", "area"]])
def test_an_invitation_says_one_role(run: Run, words: list[str]) -> None:
    done = run("invite", "robin@example.org", *words)
    assert done.exit_code == 2
    assert "Say what they may do" in done.output


def test_an_account_is_closed(database: Database, run: Run) -> None:
    user = a_member(database, None)
    assert run("deactivate", user.email).exit_code == 0
    with database.reading() as session:
        assert not session.get_one(User, user.id).active


def test_who_has_lost_everything_begins_anew_and_keeps_their_roles(database: Database, run: Run) -> None:
    with database.unit_of_work() as session:
        user = somebody(session, Role.ADMINISTRATOR, password="x")  # noqa: S106 - no password
        user.tf_totp_secret = "x"  # noqa: S105 - no secret
    done = run("recover", user.email)
    assert "/account/invitation/" in done.stdout
    with database.reading() as session:
        found = session.get_one(User, user.id)
        assert (found.password, found.tf_totp_secret) == (None, None)
    assert "administrator of the site" in run("list").stdout
