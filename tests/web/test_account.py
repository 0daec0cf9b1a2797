"""Signing in and out, the second step, links that were mailed: through the pages, as a browser would."""

import re
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, select

from finder.accounts import users
from finder.accounts.letters import Sender
from finder.config import Settings
from finder.domain.roles import Role
from finder.store.accounts import SecurityEvent, SignedIn, User
from finder.store.database import Database
from finder.web.headers import parts_of
from tests.accounts.visitors import PASSWORD, Visitor, Watch, a_member, link_in, outbox
from tests.conftest import NOW, BuildSite

SENDER = Sender("Meeting Finder", "https://finder.example.org")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, watch: Watch) -> Flask:
    return build_site(settings_for(database.url.render_as_string(hide_password=False)), clock=watch)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def invited(database: Database) -> str:
    with database.unit_of_work() as session:
        made = users.invite(
            session,
            email="sam@example.org",
            name="",
            role=Role.ADMINISTRATOR,
            body_id=None,
            by=None,
            sender=SENDER,
            now=NOW,
        )
    return made.link.removeprefix(SENDER.url)


def test_from_the_invitation_to_the_recovery_code(database: Database, app: Flask, watch: Watch) -> None:
    visitor = Visitor(app)
    link = invited(database)
    welcome = visitor.send(link, link, password=PASSWORD, name="Sam")
    assert (welcome.status_code, welcome.location) == (303, "/account/second-step")
    assert visitor.get("/account/second-step").location == "/account/authenticator"
    shown = visitor.get("/account").text
    assert "Administrator of the site" in shown
    assert "One more step" in shown
    assert visitor.get("/account/people").status_code == 303
    visitor.enrol(watch)
    assert visitor.get("/account/people").status_code == 200
    visitor.send("/account/recovery-codes", "/account")
    codes = [part.split("</code>")[0] for part in visitor.get("/account/recovery-codes").text.split("<code>")[1:]]
    assert len(set(codes)) == 10
    assert visitor.send("/account/sign-out", "/account").location == "/account/sign-in"
    assert visitor.get("/account").location == "/account/sign-in?next=/account"

    back = visitor.sign_in("sam@example.org")
    assert back.location == "/account/second-step"
    assert visitor.get("/account/people").location == "/account/second-step?next=/account/people"
    passed = visitor.send("/account/second-step", "/account/second-step", code=codes[0], next="/account/people")
    assert passed.location == "/account/people"
    assert visitor.get("/account/people").status_code == 200
    assert "A recovery code of your account was used. 9 are left." in outbox(database)[-1].body
    other = Visitor(app)
    other.sign_in("sam@example.org")
    assert other.send("/account/second-step", "/account/second-step", code=codes[0]).status_code == 400


def test_a_code_of_the_app_is_taken_once(database: Database, app: Flask, watch: Watch) -> None:
    user, visitor = a_member(database), Visitor(app)
    visitor.sign_in(user.email)
    phone = visitor.enrol(watch)
    watch.later(minutes=2)
    code = visitor.code(phone, watch)
    first, second = Visitor(app), Visitor(app)
    for each in (first, second):
        each.sign_in(user.email)
    assert first.send("/account/second-step", "/account/second-step", code=code).status_code == 303
    assert second.send("/account/second-step", "/account/second-step", code=code).status_code == 400
    watch.later(seconds=90)
    assert second.send("/account/second-step", "/account/second-step", code=code).status_code == 400


def test_the_session_changes_at_sign_in_and_at_the_second_step(database: Database, app: Flask, watch: Watch) -> None:
    user, visitor = a_member(database), Visitor(app)
    token = visitor.token()
    seen = [visitor.client.get_cookie("session")]
    visitor.sign_in(user.email)
    seen.append(visitor.client.get_cookie("session"))
    assert visitor.client.post("/account/sign-out", data={"csrf_token": token}).status_code == 400
    first = digests(database)
    visitor.enrol(watch)
    seen.append(visitor.client.get_cookie("session"))
    assert len({cookie.value for cookie in seen if cookie}) == 3
    assert digests(database) != first
    assert len(digests(database)) == 1


def digests(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.execute(select(SignedIn.digest)).scalars())


def test_an_old_cookie_is_worth_nothing_after_signing_out(database: Database, app: Flask) -> None:
    user, visitor, thief = a_member(database), Visitor(app), Visitor(app)
    visitor.sign_in(user.email)
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    thief.client.set_cookie("session", cookie.value)
    assert thief.get("/account").status_code == 200
    visitor.send("/account/sign-out", "/account")
    assert thief.get("/account").status_code == 303


def test_a_session_that_was_ended_and_an_account_that_was_closed_are_out_at_once(
    database: Database, app: Flask
) -> None:
    user, here, there = a_member(database), Visitor(app), Visitor(app)
    a_member(database)
    for each in (here, there):
        each.sign_in(user.email)
    assert "Firefox on Android" in here.get("/account").text
    assert here.send("/account/sessions/end-others", "/account").status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    there.sign_in(user.email)
    number = max(
        int(part.split("/")[0])
        for part in here.get("/account").text.split("/account/sessions/")[1:]
        if part[0].isdigit()
    )
    assert here.send(f"/account/sessions/{number}/end", "/account").status_code == 303
    assert there.get("/account").status_code == 303
    with database.unit_of_work() as session:
        session.get_one(User, user.id).active = False
    assert here.get("/account").status_code == 303
    assert here.sign_in(user.email).status_code == 400


def test_nobody_ends_the_session_of_another(database: Database, app: Flask) -> None:
    user, other = a_member(database), a_member(database)
    here, there = Visitor(app), Visitor(app)
    here.sign_in(user.email)
    there.sign_in(other.email)
    with database.reading() as session:
        number = session.execute(select(SignedIn.id).where(SignedIn.user_id == other.id)).scalar_one()
    assert here.send(f"/account/sessions/{number}/end", "/account").status_code == 404
    assert there.get("/account").status_code == 200


def test_a_session_ends_after_its_time(database: Database, app: Flask, watch: Watch) -> None:
    user, visitor = a_member(database), Visitor(app)
    visitor.sign_in(user.email)
    watch.later(days=6)
    assert visitor.get("/account").status_code == 200
    watch.later(days=2)
    assert visitor.get("/account").status_code == 303


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/reset"])
def test_an_unknown_address_gets_the_same_answer_as_a_known_one(database: Database, app: Flask, path: str) -> None:
    user = a_member(database)
    answers = []
    for email in (user.email, "nobody@example.org"):
        visitor = Visitor(app)
        token = visitor.token(path)
        answer = visitor.client.post(path, data={"csrf_token": token, "email": email, "password": "not this one"})
        page = re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", answer.text.replace(email, ""))
        answers.append(
            (answer.status_code, answer.location, [line for line in page.splitlines() if "challenge" not in line])
        )
    assert answers[0] == answers[1]


def test_a_new_password_by_mail_ends_every_session_and_keeps_the_second_factor(
    database: Database, app: Flask, watch: Watch
) -> None:
    user, visitor, forgetful = a_member(database), Visitor(app), Visitor(app)
    visitor.sign_in(user.email)
    visitor.enrol(watch)
    assert forgetful.send("/account/reset", email=user.email).location == "/account/reset/sent"
    link = link_in(outbox(database)[-1])
    assert forgetful.get(link).status_code == 200
    assert forgetful.send(link, link, password="short").status_code == 400  # noqa: S106 - of nobody
    assert forgetful.send(link, link, password="another quiet evening").location == "/account/sign-in"  # noqa: S106 - likewise
    assert visitor.get("/account").status_code == 303
    assert forgetful.get(link).status_code == 410
    assert forgetful.sign_in(user.email).status_code == 400
    assert forgetful.sign_in(user.email, "another quiet evening").location == "/account/second-step"


def test_a_link_for_a_new_password_ends_after_two_hours_and_three_are_sent_an_hour(
    database: Database, app: Flask, watch: Watch
) -> None:
    user, visitor = a_member(database), Visitor(app)
    for _ in range(5):
        assert visitor.send("/account/reset", email=user.email).status_code == 303
    mails = outbox(database)
    assert len(mails) == 3
    assert visitor.get(link_in(mails[0])).status_code == 404  # the newest one counts
    watch.later(hours=2)
    assert visitor.get(link_in(mails[2])).status_code == 410


def test_of_twenty_who_accept_an_invitation_at_once_one_succeeds(database: Database, app: Flask) -> None:
    link = invited(database)
    for _ in range(5):
        assert Visitor(app).get(link).status_code == 200
        assert Visitor(app).client.head(link).status_code == 200
    statuses: list[int] = []
    everybody = [Visitor(app, f"203.0.{number}.5") for number in range(20)]
    tokens = [visitor.token(link) for visitor in everybody]
    start = threading.Barrier(20)

    def accept(visitor: Visitor, token: str) -> None:
        start.wait()
        answer = visitor.client.post(link, data={"csrf_token": token, "password": PASSWORD})
        statuses.append(answer.status_code)

    threads = [
        threading.Thread(target=accept, args=(visitor, token)) for visitor, token in zip(everybody, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, *[410] * 19]
    assert len(digests(database)) == 1


def test_an_invitation_ends_after_a_week_and_an_unknown_one_is_not_found(
    database: Database, visitor: Visitor, watch: Watch
) -> None:
    link = invited(database)
    assert visitor.get("/account/invitation/guessed").status_code == 404
    watch.later(days=7)
    assert visitor.get(link).status_code == 410


def test_a_sign_in_from_a_new_network_is_told_by_mail(database: Database, app: Flask) -> None:
    user = a_member(database)
    for address in ("203.0.113.5", "203.0.113.77"):
        Visitor(app, address).sign_in(user.email)
    assert outbox(database) == []
    Visitor(app, "198.51.100.1").sign_in(user.email)
    Visitor(app, "198.51.100.2").sign_in(user.email)
    (mail,) = outbox(database)
    assert "Firefox on Android" in mail.body
    assert "198.51" not in mail.body
    with database.reading() as session:
        kept = session.execute(select(SecurityEvent.network)).scalars().all()
    assert all("203.0" not in network and "198.51" not in network for network in kept)


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\t/evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "/%09/evil.example/\n",
        "javascript:alert(1)",
        "/account/..//evil.example",
        "/ /evil.example",
        "/\u2215evil.example",
        "account",
        "",
        "/" + "a" * 2000,
    ],
)
def test_after_signing_in_nobody_is_sent_to_another_site(database: Database, app: Flask, wanted: str) -> None:
    user, visitor = a_member(database), Visitor(app)
    assert visitor.sign_in(user.email, next=wanted).location == "/account"


def test_after_signing_in_one_goes_on_where_one_wanted_to(database: Database, app: Flask) -> None:
    user, visitor = a_member(database), Visitor(app)
    wanted = "/moderate?body=example-area&page=2"
    assert visitor.sign_in(user.email, next=wanted).location == wanted


def test_what_guards_an_account_wants_a_fresh_proof(database: Database, app: Flask, watch: Watch) -> None:
    user, visitor = a_member(database), Visitor(app)
    visitor.sign_in(user.email)
    visitor.enrol(watch)
    watch.later(minutes=16)
    for page in ("/account/people", "/account/recovery-codes", "/account/password", "/account/authenticator"):
        assert visitor.get(page).location == f"/account/confirm?next={page}"
    assert visitor.send("/account/confirm", "/account/confirm", password="not this one").status_code == 400  # noqa: S106 - of nobody
    answer = visitor.send("/account/confirm", "/account/confirm", password=PASSWORD, next="/account/people")
    assert answer.location == "/account/people"
    assert visitor.get("/account/people").status_code == 200
    watch.later(minutes=31)
    late = visitor.send("/account/people", "/account", email="sam@example.org", role="administrator", body="")
    assert late.location == "/account/confirm"


def test_a_second_factor_is_not_changed_by_who_has_only_the_password(
    database: Database, app: Flask, watch: Watch
) -> None:
    user, owner, thief = a_member(database), Visitor(app), Visitor(app)
    owner.sign_in(user.email)
    owner.enrol(watch)
    thief.sign_in(user.email)
    for page in ("/account/authenticator", "/account/recovery-codes", "/account/passkeys", "/account/password"):
        assert thief.get(page).location == f"/account/second-step?next={page}"
    assert thief.send("/account/authenticator/remove", "/account").location == "/account/second-step"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "x" * 129])
def test_a_weak_password_is_not_taken_and_the_link_stays_good(
    database: Database, visitor: Visitor, password: str
) -> None:
    link = invited(database)
    answer = visitor.send(link, link, password=password, name="Sam")
    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert 'value="Sam"' in answer.text
    assert password not in answer.text
    assert visitor.get(link).status_code == 200


def test_a_signed_in_request_costs_three_statements_and_a_public_one_none(
    database: Database, app: Flask, watch: Watch
) -> None:
    user, visitor = a_member(database), Visitor(app)
    visitor.sign_in(user.email)
    visitor.enrol(watch)
    statements: list[str] = []
    engine = parts_of(app).database.engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    visitor.get("/programs")
    visitor.get("/nowhere")
    assert statements == []
    visitor.get("/account/sign-in")
    assert len([statement for statement in statements if statement.startswith("SELECT")]) <= 3
