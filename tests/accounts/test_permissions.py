"""What somebody may do to which bodies."""

import pytest
from sqlalchemy import event, insert

from finder.accounts.permissions import viewer
from finder.domain.roles import MAY, STRONG, Right, Role
from finder.store.accounts import Grant
from finder.store.database import Database
from finder.store.people import ServiceBody
from tests.accounts.visitors import a_body, somebody


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_a_role_reaches_its_body_and_everything_below_and_nothing_else(database: Database, role: Role) -> None:
    with database.unit_of_work() as session:
        top = a_body(session, "Region")
        own = a_body(session, "Area", top)
        below = a_body(session, "District", a_body(session, "Intergroup", own))
        beside = a_body(session, "Neighbour", top)
        user = somebody(session, role, own)
        seen = viewer(session, user.id, strong=True)
    assert seen is not None
    for right in Right:
        held = right in MAY[role]
        assert [seen.may(right, body) for body in (own, below)] == [held, held], right
        assert not any(seen.may(right, body) for body in (top, beside, None)), right
        assert (own in (seen.bodies(right) or ())) is held


def test_an_administrator_may_do_everything_everywhere(database: Database) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Area")
        seen = viewer(session, somebody(session).id, strong=True)
    assert seen is not None
    assert all(seen.may(right, where) for right in Right for where in (body, None))
    assert all(seen.bodies(right) is None for right in Right)


@pytest.mark.parametrize("role", Role)
def test_without_a_second_factor_nothing_strong_may_be_done(database: Database, role: Role) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Area")
        user = somebody(session, role, None if role is Role.ADMINISTRATOR else body)
        seen = viewer(session, user.id, strong=False)
    assert seen is not None
    assert {right for right in Right if seen.may(right, body)} == MAY[role] - STRONG


def test_nobody_is_seen_who_is_unknown_or_closed(database: Database) -> None:
    with database.unit_of_work() as session:
        user = somebody(session)
        user.active = False
        assert viewer(session, user.id, strong=True) is None
        assert viewer(session, user.id + 1000, strong=True) is None


def test_several_roles_add_up_in_at_most_three_statements(database: Database) -> None:
    with database.unit_of_work() as session:
        first, second = a_body(session, "First"), a_body(session, "Second")
        user = somebody(session, Role.READER, first)
        session.execute(insert(Grant).values(user_id=user.id, role=Role.MODERATOR, service_body_id=second))
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with database.reading() as session:
        seen = viewer(session, user.id, strong=True)
    assert seen is not None
    assert seen.bodies(Right.SEE_CONTACTS) == frozenset({first, second})
    assert seen.bodies(Right.DECIDE) == frozenset({second})
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 3


def test_a_circle_in_the_tree_ends(database: Database) -> None:
    with database.unit_of_work() as session:
        first = a_body(session, "First")
        second = a_body(session, "Second", first)
        session.get_one(ServiceBody, first).parent_id = second
        session.flush()
        seen = viewer(session, somebody(session, Role.MODERATOR, second).id, strong=True)
    assert seen is not None
    assert seen.bodies(Right.DECIDE) == frozenset({first, second})
