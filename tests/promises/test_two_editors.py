"""F3: two editors never overwrite each other silently: 409 with both texts, over running servers."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from finder.directory.draft import draft_of
from finder.directory.publish import publish, revise
from finder.directory.register import read_register
from finder.domain.review import Kind
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.review import Submission
from tests.conftest import NOW, Databases, prepare
from tests.factories import a_listing
from tests.promises.test_one_decision import SECRET_KEY, Moderator, cookies
from tests.review.people import a_request, in_queue
from tests.sender import Sender
from tests.servers import Server
from tests.web.desk import fields_in, form_of

CHANGE = "/meetings/larkspur/change"
Pairs = list[tuple[str, str]]


@pytest.fixture
def url(databases: Databases) -> str:
    address = databases.copy_of("prepared", prepare)
    database = Database(address)
    with database.unit_of_work() as session:
        publish(session, a_listing(slug="larkspur", notes="As it was."), actor="test", reason="", now=NOW)
    database.dispose()
    return address


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url)
    yield made
    made.dispose()


@pytest.fixture
def server(url: str, serve: Callable[..., Server]) -> Server:
    return serve(url, testing="1", now=NOW.isoformat(), secret_key=SECRET_KEY)


def change(database: Database, notes: str) -> None:
    """Somebody else changes the listing."""
    with database.unit_of_work() as session:
        number = session.execute(select(Meeting.id)).scalar_one()
        held = draft_of(next(read_register(session, [number])))
        revise(session, number, replace(held, notes=notes), actor="import", reason="", now=NOW)


def filled_in(page: str, **words: str) -> Pairs:
    """The form of a page as a browser would send it, with other words in some fields."""
    form = page.split('method="post"', 1)[1].split("</form>", 1)[0]
    pairs = [(name, value) for name, values in fields_in(form).items() for value in values if name not in words]
    return [*pairs, *words.items()]


def test_f3_a_facilitator_who_was_overtaken_sees_both_texts_and_may_send_again(
    database: Database, server: Server
) -> None:
    sender = Sender(server)
    opened = sender.get(CHANGE).text
    change(database, "Somebody else's words.")
    mine = filled_in(opened, notes="My words.", email="robin@example.org")
    overtaken = sender.post(CHANGE, mine)
    assert overtaken.status == 409
    assert "My words." in overtaken.text
    assert "Somebody else&#39;s words." in overtaken.text
    with database.reading() as session:
        assert session.execute(select(Submission.id)).first() is None
        held = draft_of(next(read_register(session, [session.execute(select(Meeting.id)).scalar_one()])))
    assert held.notes == "Somebody else's words."
    sent = sender.post(CHANGE, filled_in(overtaken.text, step="send"))
    assert sent.status == 303
    with database.reading() as session:
        row = session.execute(select(Submission)).scalar_one()
    assert row.asked["notes"] == "My words."
    assert (row.then or {})["notes"] == "Somebody else's words."


def test_f3_a_moderator_who_was_overtaken_sees_both_texts(database: Database, server: Server) -> None:
    asked = a_request(kind=Kind.CHANGE, meeting_slug="larkspur", asked={"notes": "What is asked."})
    reference = in_queue(database, asked)
    moderator = Moderator(server, cookies(database)[0], reference)
    status, page = moderator.ask("GET", f"/moderate/{reference}")
    assert status == 200
    form = form_of(page, f"/moderate/{reference}/decide")
    values = [(name, value) for name, held in form.items() for value in held if name != "csrf_token"]
    change(database, "What came between.")
    status, told = moderator.send(f"/moderate/{reference}/decide", [*values, ("action", "approve")])
    assert status == 409
    assert "What is asked." in told
    assert "What came between." in told
    with database.reading() as session:
        assert session.execute(select(Submission.status)).scalar_one() == "pending"


def test_f3_two_moderators_with_one_place_open(database: Database, server: Server) -> None:
    reference = in_queue(database, a_request(kind=Kind.CONFIRM, meeting_slug="larkspur", asked={}))
    first, second = (Moderator(server, cookie, reference) for cookie in cookies(database)[:2])
    with database.reading() as session:
        path = f"/moderate/place/{session.execute(select(Meeting.location_id)).scalar_one()}"
    forms = [form_of(one.ask("GET", path)[1], path) for one in (first, second)]
    texts = ("Hall of the first", "Hall of the second")
    answers = []
    for one, form, name in zip((first, second), forms, texts, strict=True):
        values = [
            (field, value)
            for field, held in form.items()
            for value in held
            if field not in {"csrf_token", "name", "reason"}
        ]
        answers.append(one.send(path, [*values, ("name", name), ("reason", "They said so")]))
    assert [status for status, _ in answers] == [303, 409]
    assert "Hall of the first" in answers[1][1]
    assert "Hall of the second" in answers[1][1]
