"""Inviting, granting, revoking, closing."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts import users
from finder.accounts.letters import Sender
from finder.accounts.people import list_people
from finder.accounts.permissions import Viewer, viewer
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.roles import Role
from finder.store.accounts import AccountLink, Grant, User
from finder.store.database import Database
from tests.accounts.visitors import a_body, outbox, somebody
from tests.conftest import NOW

SENDER = Sender("Meeting Finder", "https://finder.example.org")


def seen(session: Session, user: User, *, strong: bool = True) -> Viewer:
    found = viewer(session, user.id, strong=strong)
    assert found is not None
    return found


def invited(session: Session, email: str, role: Role, body: int | None, by: Viewer | None) -> users.Invited:
    return users.invite(session, email=email, name="Sam", role=role, body_id=body, by=by, sender=SENDER, now=NOW)


def test_an_invitation_makes_an_account_without_a_password_and_mails_a_link(database: Database) -> None:
    with database.unit_of_work() as session:
        made = invited(session, "Sam@Example.org", Role.ADMINISTRATOR, None, None)
        assert (made.user.email, made.user.password) == ("sam@example.org", None)
    (mail,) = outbox(database)
    assert mail.recipient == "sam@example.org"
    assert made.link in mail.body
    assert "Sam" not in mail.subject
    with database.reading() as session:
        kept = session.execute(select(AccountLink.digest)).scalar_one()
    assert kept not in made.link
    assert len(made.link.rsplit("/", 1)[1]) >= 43  # 256 bits


def test_the_administrator_of_a_body_invites_moderators_and_readers_of_it_and_below(database: Database) -> None:
    with database.unit_of_work() as session:
        own = a_body(session, "Area")
        below, beside = a_body(session, "District", own), a_body(session, "Neighbour")
        by = seen(session, somebody(session, Role.BODY_ADMINISTRATOR, own))
        for role in (Role.MODERATOR, Role.READER):
            invited(session, "sam@example.org", role, below, by)
            with pytest.raises(NotFoundError):
                invited(session, "sam@example.org", role, beside, by)
        for role in (Role.ADMINISTRATOR, Role.BODY_ADMINISTRATOR):
            with pytest.raises(NotFoundError):
                invited(session, "sam@example.org", role, None if role is Role.ADMINISTRATOR else own, by)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.READER])
def test_who_holds_no_right_to_invite_invites_nobody(database: Database, role: Role) -> None:
    with database.unit_of_work() as session:
        own = a_body(session, "Area")
        by = seen(session, somebody(session, role, own))
        with pytest.raises(NotFoundError):
            invited(session, "sam@example.org", Role.READER, own, by)
        assert outbox(database) == []


def test_without_a_second_factor_nobody_invites(database: Database) -> None:
    with database.unit_of_work() as session:
        by = seen(session, somebody(session), strong=False)
        with pytest.raises(NotFoundError):
            invited(session, "sam@example.org", Role.ADMINISTRATOR, None, by)


def test_a_role_is_given_once_however_often(database: Database) -> None:
    with database.unit_of_work() as session:
        user = somebody(session, None)
        first = users.grant(session, user.id, Role.ADMINISTRATOR, None, by=None, now=NOW)
        assert users.grant(session, user.id, Role.ADMINISTRATOR, None, by=None, now=NOW).id == first.id


def test_a_role_of_another_body_is_not_there_to_be_taken_back(database: Database) -> None:
    with database.unit_of_work() as session:
        own, beside = a_body(session, "Area"), a_body(session, "Neighbour")
        by = seen(session, somebody(session, Role.BODY_ADMINISTRATOR, own))
        theirs = somebody(session, Role.MODERATOR, beside)
        number = session.execute(select(Grant.id).where(Grant.user_id == theirs.id)).scalar_one()
        with pytest.raises(NotFoundError):
            users.revoke(session, number, by=by, now=NOW)
        with pytest.raises(NotFoundError):
            users.deactivate(session, theirs.id, by=by, now=NOW)
        assert [person.user_id for person in list_people(session, by)] == [by.user_id]


def test_the_last_administrator_stays(database: Database) -> None:
    with database.unit_of_work() as session:
        last = somebody(session, password="x")  # noqa: S106 - no password
        somebody(session)  # who has not accepted yet
        number = session.execute(select(Grant.id).where(Grant.user_id == last.id)).scalar_one()
        with pytest.raises(BadInputError, match="last administrator"):
            users.revoke(session, number, by=None, now=NOW)
        with pytest.raises(BadInputError, match="last administrator"):
            users.deactivate(session, last.id, by=None, now=NOW)
        somebody(session, password="x")  # noqa: S106 - no password
        users.deactivate(session, last.id, by=None, now=NOW)
        assert not last.active


def test_a_closed_account_is_opened_by_an_administrator_only_and_has_to_be_accepted_anew(database: Database) -> None:
    with database.unit_of_work() as session:
        own = a_body(session, "Area")
        user = somebody(session, Role.MODERATOR, own, password="x")  # noqa: S106 - no password
        users.deactivate(session, user.id, by=None, now=NOW)
        by = seen(session, somebody(session, Role.BODY_ADMINISTRATOR, own))
        with pytest.raises(BadInputError):
            invited(session, user.email, Role.MODERATOR, own, by)
        assert invited(session, user.email, Role.MODERATOR, own, None).link
        assert (user.active, user.password) == (True, None)
