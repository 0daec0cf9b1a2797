"""What is remembered of the queue is never older than the queue."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.domain.review import Action, Kind
from finder.domain.roles import Role
from finder.review.decisions import decide, undo
from finder.review.queue import QueuePage, QueueQuestion, claim, list_queue
from finder.review.tally import Remembered, Tally, state_of
from finder.store.database import Database
from finder.store.meeting import Meeting
from tests.conftest import NOW
from tests.review.people import (
    HEAD,
    a_body,
    a_published,
    a_request,
    a_user,
    an_administrator,
    in_queue,
    looking,
    seen_as,
    submission,
)


def test_after_every_change_what_is_told_is_the_queue(database: Database) -> None:
    tally = Tally()
    with database.unit_of_work() as session:
        region = a_body(session, "Lone Star")
        area = a_body(session, "Capital Area", region)
        a_body(session, "Coast Area", region)
        number = a_published(session, service_body="Lone Star > Capital Area").id
        slug = session.get_one(Meeting, number).slug
        viewers = [an_administrator(session), seen_as(session, a_user(session, role=Role.MODERATOR, body=area))]
    by = viewers[0]

    def same() -> list[int]:
        """Compare what is remembered with what is counted; gives how many wait for each viewer."""
        with database.reading() as session:
            for question in (QueueQuestion(), QueueQuestion(mine=True), QueueQuestion(kinds=(Kind.CLOSE,))):
                for viewer in viewers:
                    told = remembering(session, viewer, question, tally)
                    assert told == list_queue(session, viewer, question, now=NOW)
            return [
                list_queue(session, viewer, QueueQuestion(), now=NOW, counts=Remembered(tally, state_of(session))).total
                for viewer in viewers
            ]

    def act(do: Callable[[Session], object]) -> list[int]:
        with database.unit_of_work() as session:
            do(session)
        return same()

    def elsewhere(session: Session) -> None:
        held = draft_of(next(read_register(session, [number])))
        revise(session, number, replace(held, service_body=COAST), actor="user:1", reason="", now=NOW)

    assert same() == [0, 0]
    close = in_queue(database, a_request(kind=Kind.CLOSE, meeting_slug=slug, asked={}))
    assert same() == [1, 1]
    change = in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=slug, asked={"notes": "Ring twice"}))
    assert same() == [2, 2]
    assert act(lambda session: claim(session, change, by=by, revision=revision(session, change), now=NOW)) == [2, 2]

    def decided(session: Session, reference: str, **changes: Any) -> None:  # noqa: ANN401 - whatever the field takes
        decide(session, reference, looking(session, reference, **changes), by=by, letterhead=HEAD, now=NOW)

    assert act(lambda session: decided(session, change)) == [1, 1]
    act(lambda session: undo(session, change, by=by, reason="", letterhead=HEAD, now=NOW))
    act(lambda session: decided(session, close, action=Action.REJECT, text="It meets still."))
    in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=slug, asked={"notes": "Ring thrice"}))
    before = same()
    assert before[1] > 0
    assert act(elsewhere) == [before[0], 0]


COAST = "Lone Star > Coast Area"


def remembering(session: Session, viewer: Viewer, question: QueueQuestion, tally: Tally) -> QueuePage:
    return list_queue(session, viewer, question, now=NOW, counts=Remembered(tally, state_of(session)))


def revision(session: Session, reference: str) -> int:
    return submission(session, reference).revision


def test_what_has_not_changed_is_neither_counted_nor_read_again(database: Database) -> None:
    tally = Tally()
    in_queue(database)
    with database.unit_of_work() as session:
        by = an_administrator(session)
    statements: list[str] = []
    engine = database.engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    for _ in range(2):
        with database.reading() as session:
            assert (
                list_queue(session, by, QueueQuestion(), now=NOW, counts=Remembered(tally, state_of(session))).total
                == 1
            )
    for part in ("GROUP BY", "LIMIT"):
        assert len([statement for statement in statements if part in statement]) == 1
