"""What was done, as a timeline and as a table: within the walls between service bodies."""

import csv
import io

import pytest
from sqlalchemy import select

from finder.directory.publish import unpublish
from finder.domain.review import Kind
from finder.store.audit import AuditEntry
from tests.conftest import NOW
from tests.web.desk import Desk, press


def take_out(desk: Desk, body: str, reason: str) -> None:
    meeting = desk.listing(body)
    with desk.database.unit_of_work() as session:
        unpublish(session, meeting.id, actor=f"user:{desk.users['moderator']}", reason=reason, now=NOW)


def table(desk: Desk, who: str, query: str = "") -> list[list[str]]:
    answer = desk.client(who).get(f"/moderate/audit.csv{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True))))


def test_the_timeline_shows_who_did_what_and_why(desk: Desk) -> None:
    take_out(desk, "own", "The hall has burned down")
    page = desk.client("moderator").get("/moderate/audit").get_data(as_text=True)
    assert "Listing: Taken out of the finder" in page
    assert "by Mo" in page
    assert "Courage at Seven" in page
    assert "The hall has burned down" in page
    assert "/moderate/acts/" in page


def test_an_act_on_a_request_leads_to_it_and_tells_the_reason(desk: Desk) -> None:
    reference = desk.request(Kind.PROBLEM, desk.listing("own"), {"problem": "nobody_there"}, email="")
    client = desk.client("moderator")
    assert "Nobody was there" in client.get(f"/moderate/{reference}").text
    assert press(client, reference, "reject", text="It was a holiday").status_code == 303
    page = client.get("/moderate/audit").text
    act = page[page.index("Request: Rejected") :].partition("</li>")[0]
    assert (f'href="/moderate/{reference}"' in act, "It was a holiday" in act) == (True, True)


def test_acts_on_what_is_foreign_are_not_there(desk: Desk) -> None:
    take_out(desk, "own", "Ours")
    take_out(desk, "foreign", "Theirs")
    foreign = desk.request(Kind.CHANGE, desk.listing("foreign"), {"notes": "Cup"}, email="")
    assert press(desk.client("administrator"), foreign, "reject", text="Not so").status_code == 303
    for who, ours, theirs in (("moderator", True, False), ("other", False, True), ("administrator", True, True)):
        page = desk.client(who).get("/moderate/audit").get_data(as_text=True)
        rows = table(desk, who)
        reasons = {row[6] for row in rows[1:]}
        assert ("Ours" in page, "Ours" in reasons) == (ours, ours), who
        assert ("Theirs" in page, "Theirs" in reasons, "Request: Rejected" in page) == (theirs, theirs, theirs), who
    assert desk.client("reader").get("/moderate/audit").status_code == 404
    assert desk.client("nobody").get("/moderate/audit.csv").status_code == 303


def test_the_filter_narrows_the_page_and_the_table_alike(desk: Desk) -> None:
    take_out(desk, "own", "Paint")
    take_out(desk, "own", "Flood")
    client = desk.client("administrator")
    for query in ("?q=pain", "?about=meeting&q=Pain", "?since=2026-03-10&until=2026-03-10&q=paint"):
        page = client.get(f"/moderate/audit{query}").get_data(as_text=True)
        assert ("Paint" in page, "Flood" in page) == (True, False), query
        assert [row[6] for row in table(desk, "administrator", query)[1:]] == ["Paint"], query
    assert table(desk, "administrator", "?until=2026-03-09")[1:] == []
    for odd in ("?before=x&about=nothing", "?since=yesterday", "?until=9999-12-31", "?before=" + "9" * 400):
        assert client.get(f"/moderate/audit{odd}").status_code == 200, odd


def test_page_by_page_nothing_is_shown_twice_or_left_out(desk: Desk) -> None:
    for number in range(30):
        take_out(desk, "own", f"Reason {number:02}.")
    client, path, seen = desk.client("moderator"), "/moderate/audit?q=Reason", list[str]()
    with desk.database.reading() as session:
        count = len(session.execute(select(AuditEntry.id)).all())
    assert count > 50
    while path:
        page = client.get(path).get_data(as_text=True)
        seen += [text for text in (f"Reason {number:02}." for number in range(30)) if text in page]
        _, _, rest = page.partition('rel="next" href="')
        path = rest.partition('"')[0].replace("&amp;", "&")
    assert sorted(seen) == [f"Reason {number:02}." for number in range(30)]


@pytest.mark.parametrize("reason", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_no_cell_of_the_table_starts_a_formula(desk: Desk, reason: str) -> None:
    take_out(desk, "own", reason)
    for row in table(desk, "moderator"):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
