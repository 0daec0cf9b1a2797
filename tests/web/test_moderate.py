"""The moderators' pages over HTTP: the queue, one request, deciding, and everything that comes between."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event, select, update

from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.domain.asked import fields_of
from finder.domain.review import Kind, Status
from finder.domain.vocabulary import AddressVisibility
from finder.store.accounts import User
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.review import SavedReply
from tests.conftest import NOW
from tests.factories import a_listing, a_location
from tests.review.people import a_request, in_queue, mails, submission
from tests.web.desk import Desk, form_of, press, token_of

MOST_STATEMENTS = 12


def text(desk: Desk, path: str, who: str = "moderator", status: int = 200) -> str:
    """The words of a page, without its tags."""
    answer = desk.client(who).get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return words(answer.get_data(as_text=True))


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def edited(**wording: Any) -> dict[str, Any]:  # noqa: ANN401 - a text or several
    """What a form sends for the wording beside fields."""
    return {f"edit-{name}": typed for name, typed in wording.items()}


def status_of(desk: Desk, reference: str) -> Status:
    with desk.database.reading() as session:
        return submission(session, reference).status


def fields(desk: Desk, number: int) -> dict[str, object]:
    with desk.database.reading() as session:
        return fields_of(draft_of(next(read_register(session, [number]))))


def change_meanwhile(desk: Desk, meeting: Meeting, start: dt.time) -> None:
    """Somebody else changes the listing."""
    with desk.database.unit_of_work() as session:
        held = draft_of(next(read_register(session, [meeting.id])))
        changed = replace(held, schedule=replace(held.schedule, start=start))
        revise(session, meeting.id, changed, actor="import", reason="", now=NOW)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that run within, but for those that begin a transaction."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_the_queue_says_what_waits_for_how_long_and_what_wants_a_look(desk: Desk) -> None:
    meeting = desk.listing("own", name="Quiet Hour")
    reference = desk.request(Kind.CHANGE, meeting, {"conference_url": "https://zoom.us/j/5550100"})
    desk.request(Kind.CLOSE, meeting)
    page = text(desk, "/moderate")
    for told in ("2 requests waiting", "Quiet Hour", "Hill Country", reference, "Link changes", "1 more about this"):
        assert told in page
    assert "Close for good 1" in page


def test_the_queue_is_filtered_by_its_address_and_nonsense_in_it_is_no_error(desk: Desk) -> None:
    meeting = desk.listing("own", name="Quiet Hour")
    link = desk.request(Kind.CHANGE, meeting, {"conference_url": "https://zoom.us/j/5550100"})
    close = desk.request(Kind.CLOSE, desk.listing("own", name="Early Risers"))

    def found(query: str) -> set[str]:
        page = text(desk, f"/moderate?{query}")
        return {reference for reference in (link, close) if reference in page}

    assert found("risk=link") == {link}
    assert found("kind=close") == {close}
    assert found("q=early") == {close}
    assert found("status=approved") == set()
    assert found("body=hill-country") == {link, close}
    assert found("body=riverside") == set()
    assert found("mine=yes") == set()
    assert found("sort=name&page=99") == {link, close}
    assert found("kind=%00&risk=zz&page=-4&sort=up&status=.&body=%27") == {link, close}


def test_a_request_is_shown_three_ways_and_a_clash_is_marked_and_not_ticked(desk: Desk) -> None:
    meeting = desk.listing("own")
    reference = desk.request(Kind.CHANGE, meeting, {"start": "20:00", "notes": "Bring a cup"})
    change_meanwhile(desk, meeting, dt.time(18, 30))
    page = desk.client("moderator").get(f"/moderate/{reference}").get_data(as_text=True)
    told = words(page)
    assert "7:00 pm" in told
    assert "6:30 pm" in told
    assert "8:00 pm" in told
    assert "Changed since this was asked" in told
    assert form_of(page, f"/moderate/{reference}/decide")["take"] == ["notes"]


def test_approving_brings_what_is_ticked_in_the_wording_beside_it(desk: Desk) -> None:
    meeting = desk.listing("own")
    reference = desk.request(Kind.CHANGE, meeting, {"start": "20:00", "notes": "ring teh bell", "name": "Not this"})
    answer = press(desk.client("moderator"), reference, take=["start", "notes"], **edited(notes="Ring the bell."))
    assert answer.status_code == 303
    after = fields(desk, meeting.id)
    assert (after["start"], after["notes"]) == ("20:00", "Ring the bell.")
    assert after["name"] == meeting.name
    with desk.database.reading() as session:
        row = submission(session, reference)
        assert row.asked["notes"] == "ring teh bell"
        assert row.edited == {"notes": "Ring the bell."}
    assert "Approved" in text(desk, f"/moderate/{reference}")


def test_opening_and_approving_without_a_touch_edits_nothing(desk: Desk) -> None:
    asked = fields_of(a_listing(name="A \N{LATIN SMALL LETTER E WITH ACUTE}", notes="One.\n\nTwo.", formats=("open",)))
    reference = in_queue(desk.database, a_request(asked=asked))
    assert press(desk.client("administrator"), reference).status_code == 303
    with desk.database.reading() as session:
        row = submission(session, reference)
        assert row.status is Status.APPROVED
        assert row.edited is None
        assert row.accepted == asked


def test_every_kind_of_field_can_be_worded_anew(desk: Desk) -> None:
    meeting = desk.listing("own")
    asked = {
        "weekdays": [3],
        "formats": ["open", "women"],
        "region": ["United States", "Texas", "Austin"],
        "latitude": 30.1,
        "attendance": "hybrid",
        "temporarily_closed": True,
        "first_date": "2026-04-01",
    }
    reference = desk.request(Kind.CHANGE, meeting, asked)
    wording = {
        "weekdays": ["", "5", "1"],
        "formats": ["women, Open to everyone"],
        "region": ["United States > Texas > Round Rock"],
        "latitude": ["30.25"],
        "attendance": ["online"],
        "temporarily_closed": ["no"],
        "first_date": [""],
    }
    assert press(desk.client("moderator"), reference, take=list(asked), **edited(**wording)).status_code == 303
    with desk.database.reading() as session:
        assert submission(session, reference).edited == {
            "weekdays": [1, 5],
            "formats": ["women", "open"],
            "region": ["United States", "Texas", "Round Rock"],
            "latitude": 30.25,
            "attendance": "online",
            "temporarily_closed": False,
            "first_date": None,
        }


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"action": "reject"}, "Write a reason or a question"),
        ({"action": "ask"}, "Write a reason or a question"),
        ({"take": []}, "Choose at least one field"),
        ({"on": ["soon"]}, "Give the date as year-month-day"),
        ({"edit-start": ["25:99"]}, "Give the time as hours and minutes"),
        ({"edit-latitude": ["91"]}, "Give degrees from -90 to 90"),
        ({"edit-formats": ["Knitting"]}, "'Knitting' is not a format"),
        ({"edit-duration_min": [""]}, "Give a number"),
        ({"edit-name": ["x" * 256]}, "Shorten this to 255 characters"),
    ],
)
def test_what_is_wrong_is_told_and_everything_typed_is_kept(desk: Desk, typed: dict[str, Any], told: str) -> None:
    meeting = desk.listing("own")
    asked = {"start": "20:00", "notes": "Cup", "latitude": 30.3, "formats": ["open"], "duration_min": 45, "name": "N"}
    reference = desk.request(Kind.CHANGE, meeting, asked)
    changed: dict[str, Any] = {"take": ["notes"], "edit-notes": ["A cup <b>"], **typed}
    answer = press(desk.client("moderator"), reference, **changed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "There is a problem" in page
    assert told in words(page)
    kept = form_of(page, f"/moderate/{reference}/decide")
    assert kept["edit-notes"] == ["A cup <b>"]
    assert kept.get("take", []) == changed["take"]
    assert status_of(desk, reference) is Status.PENDING


def test_a_saved_reply_is_the_reason_where_nothing_is_typed(desk: Desk) -> None:
    client = desk.client("moderator")
    token = token_of(client.get("/moderate/replies").get_data(as_text=True))
    sent = {"csrf_token": token, "title": "Listed", "text": "It is listed already.", "body": str(desk.bodies["own"])}
    assert client.post("/moderate/replies", data=sent).status_code == 303
    reference = desk.request(Kind.CHANGE, desk.listing("own"), {"notes": "Cup"})
    with desk.database.reading() as session:
        number = session.execute(select(SavedReply.id)).scalar_one()
    assert press(client, reference, "reject", reply=[str(number)]).status_code == 303
    assert any("It is listed already." in mail for mail in mails(desk.database))
    assert client.post(f"/moderate/replies/{number}/delete", data={"csrf_token": token}).status_code == 303
    assert "There is none yet" in text(desk, "/moderate/replies")


def test_a_saved_reply_wants_a_name_and_a_text_and_keeps_what_was_typed(desk: Desk) -> None:
    client = desk.client("administrator")
    token = token_of(client.get("/moderate/replies").get_data(as_text=True))
    answer = client.post("/moderate/replies", data={"csrf_token": token, "title": "", "text": "Words & more"})
    assert answer.status_code == 400
    assert "Give it a name" in answer.get_data(as_text=True)
    assert "Words &amp; more" in answer.get_data(as_text=True)


def test_who_comes_second_reads_who_was_first_and_loses_no_word(desk: Desk) -> None:
    reference = desk.request(Kind.CHANGE, desk.listing("own"), {"notes": "Cup"})
    slow = desk.client("second")
    form = form_of(slow.get(f"/moderate/{reference}").get_data(as_text=True), f"/moderate/{reference}/decide")
    assert press(desk.client("moderator"), reference).status_code == 303
    typed = {**form, "action": "reject", "text": "It was listed already, I think."}
    answer = slow.post(f"/moderate/{reference}/decide", data=typed)
    assert answer.status_code == 409
    page = words(answer.get_data(as_text=True))
    assert "Somebody was faster: this request is approved by Mo. Nothing was changed." in page
    assert "It was listed already, I think." in page
    assert "What you chose" in page


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        (
            {"exception_kind": "cancelled", "first_date": "2026-03-17", "note": "The hall is painted."},
            "The hall is painted.",
        ),
        ({"exception_kind": "moved", "first_date": "2026-03-17", "place": "Larkspur Annex"}, "Larkspur Annex"),
    ],
)
def test_an_exception_is_shown_as_the_seeker_will_see_it(desk: Desk, asked: dict[str, str], seen: str) -> None:
    meeting = desk.listing("own")
    reference = desk.request(Kind.EXCEPTION, meeting, asked, email="")
    page = desk.client("moderator").get(f"/moderate/{reference}").get_data(as_text=True)
    preview = page.partition("As a seeker will see it")[2]
    assert meeting.name in preview
    assert seen in preview
    assert press(desk.client("moderator"), reference).status_code == 303
    assert seen in desk.client("nobody").get(f"/meetings/{meeting.slug}").get_data(as_text=True)


def test_a_stale_approval_is_refused_with_both_texts_and_can_be_decided_again(desk: Desk) -> None:
    meeting = desk.listing("own")
    reference = desk.request(Kind.CHANGE, meeting, {"start": "20:00"})
    client = desk.client("moderator")
    action = f"/moderate/{reference}/decide"
    form = form_of(client.get(f"/moderate/{reference}").get_data(as_text=True), action)
    change_meanwhile(desk, meeting, dt.time(18, 30))
    answer = client.post(action, data={**form, "action": "approve", "text": "See you there."})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "This listing has changed since you opened the request" in words(page)
    assert re.search(r"What you chose.*8:00 pm.*6:30 pm", words(page))
    again = form_of(page, action)
    assert again["text"] == ["See you there."]
    assert again["take"] == ["start"]
    assert fields(desk, meeting.id)["start"] == "18:30"
    assert client.post(action, data={**again, "action": "approve"}).status_code == 303
    assert fields(desk, meeting.id)["start"] == "20:00"


def test_approving_what_has_left_the_finder_is_refused_in_words(desk: Desk) -> None:
    meeting = desk.listing("own")
    reference = desk.request(Kind.CHANGE, meeting, {"start": "20:00"})
    client = desk.client("moderator")
    action = f"/moderate/{reference}/decide"
    form = form_of(client.get(f"/moderate/{reference}").get_data(as_text=True), action)
    close = desk.request(Kind.CLOSE, meeting)
    assert press(client, close).status_code == 303
    answer = client.post(action, data={**form, "action": "approve"})
    assert answer.status_code == 409
    assert "not published any more" in answer.get_data(as_text=True)
    assert press(client, reference, "reject", text="It has closed.").status_code == 303


def test_a_question_an_exception_and_a_problem_are_decided_too(desk: Desk) -> None:
    meeting = desk.listing("own")
    client = desk.client("moderator")
    question = desk.request(Kind.CHANGE, meeting, {"notes": "Cup"})
    assert press(client, question, "ask", text="Which cup?").status_code == 303
    assert status_of(desk, question) is Status.QUESTION
    assert "Which cup?" in text(desk, f"/moderate/{question}")
    away = {"exception_kind": "cancelled", "first_date": "2026-03-17", "last_date": "2026-03-17"}
    exception = desk.request(Kind.EXCEPTION, meeting, away)
    assert "Not on Tuesday, March 17." in text(desk, f"/moderate/{exception}")
    assert press(client, exception, **edited(last_date="2026-03-24", note="Painting")).status_code == 303
    with desk.database.reading() as session:
        assert submission(session, exception).edited == {"last_date": "2026-03-24", "note": "Painting"}
    problem = desk.request(Kind.PROBLEM, meeting, {"problem": "Nobody there"}, email="")
    assert "Nobody there" in text(desk, f"/moderate/{problem}")
    assert press(client, problem).status_code == 303
    assert status_of(desk, problem) is Status.APPROVED


def test_two_people_decide_about_a_hidden_address_and_the_first_is_named(desk: Desk) -> None:
    hidden = a_location(address_visibility=AddressVisibility.AREA)
    meeting = desk.listing("own", location=hidden)
    reference = desk.request(Kind.CHANGE, meeting, {"notes": "Cup", "start": "20:00"})
    first, second = desk.client("moderator"), desk.client("second")
    assert "Two people decide about this one" in text(desk, f"/moderate/{reference}")
    assert press(first, reference, take=["notes"]).status_code == 303
    assert "You have approved this" in text(desk, f"/moderate/{reference}")
    assert press(first, reference).status_code == 400
    assert "Mo has approved this. If you approve too" in text(desk, f"/moderate/{reference}", "second")
    with desk.database.unit_of_work() as session:
        session.execute(update(User).where(User.name == "Mo").values(active=False))
    assert "yours is the first approval" in text(desk, f"/moderate/{reference}", "second")
    with desk.database.unit_of_work() as session:
        session.execute(update(User).where(User.name == "Mo").values(active=True))
    assert press(second, reference).status_code == 303
    after = fields(desk, meeting.id)
    assert (after["notes"], after["start"]) == ("Cup", "19:00")


def test_an_approval_from_a_date_waits_and_can_be_called_off(desk: Desk) -> None:
    meeting = desk.listing("own")
    reference = desk.request(Kind.CHANGE, meeting, {"start": "20:00"})
    client = desk.client("moderator")
    assert press(client, reference, on="2026-04-01").status_code == 303
    page = client.get(f"/moderate/{reference}").get_data(as_text=True)
    assert "Approved for Wednesday, April 1 by Mo" in words(page)
    data = {**form_of(page, f"/moderate/{reference}/decide"), "action": "reject", "text": "Not after all."}
    assert client.post(f"/moderate/{reference}/decide", data=data).status_code == 303
    assert status_of(desk, reference) is Status.REJECTED


def test_an_approval_is_undone_and_twice_is_once(desk: Desk) -> None:
    meeting = desk.listing("own")
    reference = desk.request(Kind.CHANGE, meeting, {"start": "20:00"})
    client = desk.client("moderator")
    press(client, reference)
    page = client.get(f"/moderate/{reference}").get_data(as_text=True)
    form = {**form_of(page, f"/moderate/{reference}/undo"), "reason": "A mistake"}
    assert client.post(f"/moderate/{reference}/undo", data=form).status_code == 303
    assert fields(desk, meeting.id)["start"] == "19:00"
    again = client.post(f"/moderate/{reference}/undo", data=form)
    assert again.status_code == 409
    assert "A mistake" not in again.get_data(as_text=True).partition("<form")[0]


def test_a_rejection_is_taken_back_on_its_page_and_the_request_can_be_approved(desk: Desk) -> None:
    reference = desk.request(Kind.CHANGE, desk.listing("own"), {"start": "20:00"})
    client, path = desk.client("moderator"), f"/moderate/{reference}"
    press(client, reference, "reject", text="It is listed already.")
    page = client.get(path).get_data(as_text=True)
    assert "Take it back into the queue" in page
    form = {**form_of(page, f"{path}/undo"), "reason": "The wrong one"}
    assert client.post(f"{path}/undo", data=form).status_code == 303
    assert "waits in the queue again" in client.get(path).get_data(as_text=True)
    assert client.post(f"{path}/undo", data=form).status_code == 409
    press(client, reference)
    assert status_of(desk, reference) is Status.APPROVED


def test_requests_about_one_meeting_and_likely_twins_are_settled_with_a_press(desk: Desk) -> None:
    meeting = desk.listing("own", name="Courage at Seven")
    first = desk.request(Kind.CHANGE, meeting, {"notes": "Cup"})
    second = desk.request(Kind.CHANGE, meeting, {"notes": "Mug"})
    client = desk.client("administrator")
    assert f"Settle together with it , {first}" in text(desk, f"/moderate/{second}")
    assert press(client, second, merge_into=first).status_code == 303
    with desk.database.reading() as session:
        assert submission(session, second).merged_into == submission(session, first).id
    new = in_queue(desk.database, a_request(asked=fields_of(a_listing(name="Courage at 7"))))
    assert "Could be the same meeting" in text(desk, f"/moderate/{new}", "administrator")
    assert press(client, new, merge_listing=meeting.slug).status_code == 303
    assert status_of(desk, new) is Status.MERGED
    assert any(f"/meetings/{meeting.slug}" in mail for mail in mails(desk.database))


def test_a_claim_is_seen_by_others_and_let_go(desk: Desk) -> None:
    reference = desk.request(Kind.CLOSE, desk.listing("own"))
    client = desk.client("moderator")
    form = form_of(client.get("/moderate").get_data(as_text=True), f"/moderate/{reference}/claim")
    assert "is on it" not in text(desk, "/moderate", "second")
    answer = client.post(f"/moderate/{reference}/claim", data=form)
    assert (answer.status_code, answer.location) == (303, "/moderate")
    assert "Mo is on it" in text(desk, "/moderate", "second")
    assert "You are on it" in text(desk, f"/moderate/{reference}")
    release = form_of(client.get(f"/moderate/{reference}").get_data(as_text=True), f"/moderate/{reference}/release")
    assert client.post(f"/moderate/{reference}/release", data=release).status_code == 303
    assert "is on it" not in text(desk, "/moderate", "second")


def test_a_form_leads_back_to_the_moderators_pages_only(desk: Desk) -> None:
    reference = desk.request(Kind.CLOSE, desk.listing("own"))
    client = desk.client("moderator")
    form = form_of(client.get("/moderate").get_data(as_text=True), f"/moderate/{reference}/claim")
    for back in ("https://evil.example", "//evil.example", "/account", "/moderate/../leave"):
        answer = client.post(f"/moderate/{reference}/claim", data={**form, "back": back})
        assert answer.location == f"/moderate/{reference}"


def test_hidden_and_look_alike_letters_are_shown(desk: Desk) -> None:
    meeting = desk.listing("own")
    asked = {"name": "C\N{CYRILLIC SMALL LETTER O}urage \N{RIGHT-TO-LEFT OVERRIDE}live", "notes": "six\u200b thirty"}
    reference = desk.request(Kind.CHANGE, meeting, asked, note="from\u2066 me")
    page = desk.client("moderator").get(f"/moderate/{reference}").get_data(as_text=True)
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    shown = re.sub(r"<details.*?</details>", "", table, flags=re.DOTALL)
    assert ">U+202E</span>" in shown
    assert ">U+200B</span>" in shown
    assert '<mark class="alike" title="Cyrillic small letter o">' in shown
    assert "\u202e" not in shown
    assert ">U+2066</span>" in page


def test_the_preview_hides_what_the_finder_hides(desk: Desk) -> None:
    asked = fields_of(
        a_listing(
            name="Seen so", location=a_location(street="9 Secret Lane", address_visibility=AddressVisibility.AREA)
        )
    )
    reference = in_queue(desk.database, a_request(asked=asked))
    page = desk.client("administrator").get(f"/moderate/{reference}").get_data(as_text=True)
    preview = page.partition('<div class="preview">')[2].partition("</article>")[0]
    assert "Seen so" in preview
    assert "Address given on request" in preview
    assert "9 Secret Lane" not in preview
    assert "9 Secret Lane" in page


def test_old_and_new_point_lie_side_by_side(desk: Desk) -> None:
    reference = desk.request(Kind.CHANGE, desk.listing("own"), {"latitude": 30.2762})
    page = desk.client("moderator").get(f"/moderate/{reference}").get_data(as_text=True)
    assert "Moves by 1.0 km" in words(page)
    links = re.findall(r'<a href="(https://www.openstreetmap.org/[^"]*)" rel="([^"]*)"', page)
    assert len(links) == 2
    assert {rel for _, rel in links} == {"noopener noreferrer nofollow"}


def test_a_listing_tells_what_was_done_and_takes_one_act_back(desk: Desk) -> None:
    meeting = desk.listing("own")
    change_meanwhile(desk, meeting, dt.time(18, 30))
    client, path = desk.client("moderator"), f"/moderate/listing/{meeting.slug}"
    page = client.get(path).get_data(as_text=True)
    assert "7:00" in words(page)
    assert "6:30" in words(page)
    form = form_of(page, f"{path}/undo")
    assert client.post(f"{path}/undo", data={**form, "reason": "Wrong"}).status_code == 303
    assert fields(desk, meeting.id)["start"] == "19:00"
    stale = client.post(f"{path}/undo", data={**form, "reason": "Once more"})
    assert stale.status_code == 409
    assert "undo that first" in stale.get_data(as_text=True)
    assert "Once more" in stale.get_data(as_text=True)


def test_a_closed_listing_comes_back_by_undoing_the_act(desk: Desk) -> None:
    meeting = desk.listing("own")
    client, path = desk.client("moderator"), f"/moderate/listing/{meeting.slug}"
    reference = desk.request(Kind.CLOSE, meeting)
    press(client, reference)
    page = client.get(path).get_data(as_text=True)
    assert "Not in the finder" in page
    assert f'href="/moderate/{reference}">Undo this on its request' in page
    undo = client.get(f"/moderate/{reference}").get_data(as_text=True)
    assert (
        client.post(f"/moderate/{reference}/undo", data=form_of(undo, f"/moderate/{reference}/undo")).status_code == 303
    )
    assert "In the finder" in client.get(path).get_data(as_text=True)


def test_one_request_costs_at_most_twelve_statements(desk: Desk) -> None:
    meeting = desk.listing("own", name="Courage at Seven")
    desk.listing("own", name="Courage at Seven")
    wanted = {"start": "19:15", "notes": "Cup", "latitude": 30.2672, "longitude": -97.7431}
    reference = desk.request(Kind.CHANGE, meeting, wanted, note="Please")
    desk.request(Kind.CHANGE, meeting, {"notes": "Mug"})
    press(desk.client("moderator"), reference, "ask", text="Which cup?")
    assert desk.app is not None
    database = desk.app.extensions["finder"].database
    for who in ("moderator", "second", "administrator"):
        client = desk.client(who)
        client.get("/moderate")
        with counted(database) as seen:
            assert client.get(f"/moderate/{reference}").status_code == 200
        assert len(seen) <= MOST_STATEMENTS, "\n\n".join(seen)


def test_the_queue_costs_the_same_whatever_its_length(desk: Desk) -> None:
    assert desk.app is not None
    database, client = desk.app.extensions["finder"].database, desk.client("moderator")
    costs = []
    for _ in range(3):
        for _ in range(4):
            desk.request(Kind.CHANGE, desk.listing("own"), {"notes": "Cup"}, email="")
        with counted(database) as seen:
            assert client.get("/moderate").status_code == 200
        costs.append(len(seen))
    assert len(set(costs)) == 1
    assert costs[0] <= MOST_STATEMENTS
