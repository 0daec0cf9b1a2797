"""What pages of moderators ask of whoever opens them."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select

from finder.config import Settings
from finder.domain.roles import MAY, STRONG, Right, Role
from finder.store.accounts import Grant, User
from finder.store.database import Database
from finder.web.identity import local_path, require, require_anywhere, viewer_or_sign_in
from tests.accounts.visitors import Visitor, Watch, a_body, a_member
from tests.conftest import BuildSite


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, watch: Watch) -> Flask:
    """The site with three pages that say who is there."""
    app = build_site(settings_for(database.url.render_as_string(hide_password=False)), clock=watch)
    app.add_url_rule("/who", "who", lambda: viewer_or_sign_in().email, methods=["GET", "POST"])
    app.add_url_rule("/one/<right>/<int:body>", "one", lambda right, body: require(Right(right), body or None).email)
    app.add_url_rule("/any/<right>", "any", lambda right: require_anywhere(Right(right)).email)
    return app


@pytest.fixture
def bodies(database: Database) -> tuple[int, int]:
    """One's own service body, and another."""
    with database.unit_of_work() as session:
        return a_body(session, "Area"), a_body(session, "Neighbour")


def signed_in(app: Flask, user: User, watch: Watch, *, strong: bool) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(user.email)
    if strong:
        visitor.enrol(watch)
    return visitor


def test_who_is_not_signed_in_is_sent_to_do_so_and_comes_back(app: Flask) -> None:
    visitor = Visitor(app)
    for path in ("/who", "/one/decide/1", "/any/decide"):
        answer = visitor.get(f"{path}?page=2")
        assert (answer.status_code, answer.location) == (303, f"/account/sign-in?next={path}%3Fpage%3D2")
    assert visitor.send("/who").location == "/account/sign-in"


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("role", Role)
def test_each_role_meets_each_right_at_its_own_body_and_at_others(
    database: Database, app: Flask, watch: Watch, bodies: tuple[int, int], role: Role, right: Right
) -> None:
    own, other = bodies
    everywhere = role is Role.ADMINISTRATOR
    user = a_member(database, role, None if everywhere else own)
    weak, strong = (signed_in(app, user, watch, strong=factor) for factor in (False, True))
    held = right in MAY[role]
    for body, reaches in ((own, held), (other, held and everywhere), (0, held and everywhere)):
        path = f"/one/{right.value}/{body}"
        assert strong.get(path).status_code == (200 if reaches else 404), path
        step = reaches and right in STRONG
        assert weak.get(path).status_code == (303 if step else 200 if reaches else 404), path
        if step:
            assert weak.get(path).location == f"/account/second-step?next={path}"
    assert strong.get(f"/any/{right.value}").status_code == (200 if held else 404)


def test_a_role_that_was_taken_back_is_gone_at_the_next_request(
    database: Database, app: Flask, watch: Watch, bodies: tuple[int, int]
) -> None:
    visitor = signed_in(app, a_member(database, Role.MODERATOR, bodies[0]), watch, strong=True)
    path = f"/one/decide/{bodies[0]}"
    assert visitor.get(path).status_code == 200
    with database.unit_of_work() as session:
        session.execute(delete(Grant))
    assert visitor.get(path).status_code == 404


def test_while_the_database_is_out_of_reach_people_are_asked_to_try_again(app: Flask) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:1/nowhere?connect_timeout=5")

    def look() -> str:
        with gone.reading() as session:
            return str(session.execute(select(User)).first())

    app.add_url_rule("/gone", "gone", look)
    answer = Visitor(app).get("/gone")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    gone.dispose()


@pytest.mark.parametrize("path", ["/", "/moderate", "/moderate?body=a&page=2", "/submissions/A-1.2~b/%C3%A9?q=a%20b"])
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["//a", "/\\a", "/\ta", "/a b", "a", "http://a", "/a//b", "/../b", "/a/..", "/%2Fa", "/a#b", "/\u00e9", None],
)
def test_a_path_that_could_lead_elsewhere_is_not(path: str | None) -> None:
    assert local_path(path) == ""
