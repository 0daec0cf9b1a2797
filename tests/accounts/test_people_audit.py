"""Every change of somebody's roles is an act of the audit chain, without anything personal, and can be taken back."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from finder.accounts.users import rename
from finder.config import Settings
from finder.directory.audit import faults
from finder.domain.review import StaleError
from finder.domain.roles import Role
from finder.review.people import correct_name, undo
from finder.review.purge import purge
from finder.store.accounts import Grant, User
from finder.store.audit import AuditEntry
from finder.store.database import Database
from tests.accounts.visitors import Visitor, Watch, a_body, a_member
from tests.conftest import NOW, BuildSite
from tests.review.people import a_user, an_administrator

PEOPLE = "/account/people"


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, watch: Watch) -> Flask:
    return build_site(settings_for(database.url.render_as_string(hide_password=False)), clock=watch)


def signed_in(app: Flask, database: Database, watch: Watch, role: Role, body: int | None = None) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(a_member(database, role, body).email)
    visitor.enrol(watch)
    return visitor


def roles_of(database: Database, user_id: int) -> set[tuple[Role, int | None]]:
    with database.reading() as session:
        rows = session.execute(select(Grant.role, Grant.service_body_id).where(Grant.user_id == user_id))
        return {(role, body) for role, body in rows}


def acts(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        statement = select(AuditEntry).where(AuditEntry.target_kind == "user").order_by(AuditEntry.id)
        return list(session.execute(statement).scalars())


def test_roles_given_and_taken_are_acts_and_can_be_taken_back(app: Flask, database: Database, watch: Watch) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Hill Country")
    admin = signed_in(app, database, watch, Role.ADMINISTRATOR)
    sent = {"email": "wren@example.org", "name": "Wren", "role": "moderator", "body": str(body)}
    assert admin.send(PEOPLE, PEOPLE, **sent).status_code == 303
    with database.reading() as session:
        wren = session.execute(select(User.id).where(User.email == "wren@example.org")).scalar_one()
        number = session.execute(select(Grant.id).where(Grant.user_id == wren)).scalar_one()
    assert roles_of(database, wren) == {(Role.MODERATOR, body)}
    assert admin.send(f"{PEOPLE}/roles/{number}/revoke", PEOPLE, reason="Moved away").status_code == 303
    assert roles_of(database, wren) == set()
    given, taken = acts(database)
    assert (given.act, given.before, given.after) == ("grant", None, {"active": True, "roles": [["moderator", body]]})
    assert (taken.act, taken.reason, taken.after) == ("revoke", "Moved away", {"active": True, "roles": []})
    page = admin.get(PEOPLE).text
    assert "Moved away" in page
    assert "Wren: taken back (Moderator" in page
    assert admin.send(f"{PEOPLE}/acts/{taken.id}/undo", PEOPLE).status_code == 303
    assert roles_of(database, wren) == {(Role.MODERATOR, body)}
    with database.reading() as session:
        assert list(faults(session)) == []


def test_a_closed_account_is_opened_again_with_what_it_held(app: Flask, database: Database, watch: Watch) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Hill Country")
    member = a_member(database, Role.MODERATOR, body)
    admin = signed_in(app, database, watch, Role.ADMINISTRATOR)
    assert admin.send(f"{PEOPLE}/{member.id}/deactivate", PEOPLE, reason="By mistake").status_code == 303
    assert roles_of(database, member.id) == set()
    [closed] = acts(database)
    assert admin.send(f"{PEOPLE}/acts/{closed.id}/undo", PEOPLE).status_code == 303
    assert roles_of(database, member.id) == {(Role.MODERATOR, body)}
    with database.reading() as session:
        assert session.get_one(User, member.id).active


def test_what_was_changed_since_or_lies_too_far_back_is_not_undone(
    app: Flask, database: Database, watch: Watch
) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Hill Country")
    member = a_member(database, Role.MODERATOR, body)
    admin = signed_in(app, database, watch, Role.ADMINISTRATOR)
    again = {"email": member.email, "name": "", "role": "reader", "body": str(body)}
    assert admin.send(PEOPLE, PEOPLE, **again).status_code == 303
    [first] = acts(database)
    more = {**again, "role": "body_administrator"}
    assert admin.send(PEOPLE, PEOPLE, **more).status_code == 303
    admin.send(f"{PEOPLE}/acts/{first.id}/undo", PEOPLE)
    assert "undo that first" in admin.get(PEOPLE).text
    assert len(roles_of(database, member.id)) == 3
    with database.unit_of_work() as session:
        old = session.get_one(AuditEntry, acts(database)[-1].id)
        old.at -= dt.timedelta(days=31)
    admin.send(f"{PEOPLE}/acts/{old.id}/undo", PEOPLE)
    assert "more than 30 days ago" in admin.get(PEOPLE).text


def test_the_walls_hold_for_acts_too(app: Flask, database: Database, watch: Watch) -> None:
    with database.unit_of_work() as session:
        own, foreign = a_body(session, "Hill Country"), a_body(session, "Riverside")
    member = a_member(database, Role.READER, foreign)
    admin = signed_in(app, database, watch, Role.ADMINISTRATOR)
    for role in ("moderator", "body_administrator"):
        sent = {"email": member.email, "name": "", "role": role, "body": str(foreign)}
        assert admin.send(PEOPLE, PEOPLE, **sent).status_code == 303
    local = signed_in(app, database, watch, Role.BODY_ADMINISTRATOR, own)
    other = signed_in(app, database, watch, Role.BODY_ADMINISTRATOR, foreign)
    invited, promoted = acts(database)
    assert local.send(f"{PEOPLE}/acts/{invited.id}/undo", PEOPLE).status_code == 404
    assert other.send(f"{PEOPLE}/acts/{promoted.id}/undo", PEOPLE).status_code == 404
    assert local.send(f"/moderate/acts/{invited.id}/undo", PEOPLE).status_code == 404
    assert f"acts/{promoted.id}/undo" not in other.get(PEOPLE).text
    assert f"acts/{invited.id}/undo" in other.get(PEOPLE).text


def test_nothing_personal_is_in_the_chain(app: Flask, database: Database, watch: Watch) -> None:
    admin = signed_in(app, database, watch, Role.ADMINISTRATOR)
    sent = {"email": "wren@example.org", "name": "Wren", "role": "administrator", "body": ""}
    assert admin.send(PEOPLE, PEOPLE, **sent).status_code == 303
    [given] = acts(database)
    text = orjson.dumps([given.before, given.after, given.reason, given.actor]).decode().lower()
    assert "wren" not in text
    assert "@" not in text


def name_of(database: Database, user_id: int) -> tuple[str, str | None]:
    with database.reading() as session:
        user = session.get_one(User, user_id)
        return user.name, user.former_name


def test_a_name_is_corrected_and_taken_back_and_the_chain_does_not_hold_it(
    app: Flask, database: Database, watch: Watch, tmp_path: Path
) -> None:
    admin = signed_in(app, database, watch, Role.ADMINISTRATOR)
    wren = a_member(database, Role.READER).id
    with database.unit_of_work() as session:
        session.get_one(User, wren).name = "Wrne"
    path = f"{PEOPLE}/{wren}/name"
    for refused, words in (("", "Enter a first name"), ("x" * 65, "at most 64"), ("Wrne", "called so already")):
        assert admin.send(path, PEOPLE, name=refused).status_code == 303
        assert words in admin.get(PEOPLE).text
    assert admin.send(path, PEOPLE, name=" Wren\u200b ", reason="A slip").status_code == 303
    assert name_of(database, wren) == ("Wren", "Wrne")
    corrected = acts(database)[-1]
    assert (corrected.act, corrected.before, corrected.reason) == ("correct_name", corrected.after, "A slip")
    assert not any(name in f"{each.before}{each.after}" for each in acts(database) for name in ("Wren", "Wrne"))
    assert "Wren: name corrected, by" in admin.get(PEOPLE).text

    assert admin.send(f"{PEOPLE}/acts/{corrected.id}/undo", PEOPLE).status_code == 303
    assert name_of(database, wren) == ("Wrne", "Wren")
    assert admin.send(f"{PEOPLE}/acts/{corrected.id}/undo", PEOPLE).status_code == 303
    assert "undo that first" in admin.get(PEOPLE).text
    assert name_of(database, wren) == ("Wrne", "Wren")
    with database.reading() as session:
        assert list(faults(session)) == []
    purge(database, mail_dir=tmp_path, now=watch() + dt.timedelta(days=31))
    assert name_of(database, wren) == ("Wrne", None)


def test_what_somebody_calls_themselves_is_not_taken_back_by_others(database: Database) -> None:
    with database.unit_of_work() as session:
        admin, wren = an_administrator(session), a_user(session, name="Wrne")
        correct_name(session, wren, "Wren", by=admin, reason="", now=NOW)
        rename(session, wren, name="Winter", digest_daily=False)
        act = max(session.execute(select(AuditEntry.id).where(AuditEntry.act == "correct_name")).scalars())
    with pytest.raises(StaleError, match="changed since"), database.unit_of_work() as session:
        undo(session, act, by=admin, now=NOW)
    assert name_of(database, wren) == ("Winter", None)
