"""Sources and their refreshes in the browser's pages: added, read, decided about, rolled back, within the walls."""

import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from finder.config import Settings
from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.domain.sources import ChangeKind, ChangeState, RunState, SourcePolicy
from finder.sources.asking import MAX_UPLOAD, UPLOADS
from finder.sources.refresh import refresh_next
from finder.store.accounts import SignedIn
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.source import Source
from tests.conftest import NOW, BuildSite
from tests.sources.feeds import a_feed, a_row
from tests.sources.instance import Feed, a_source, changes, feeding, refreshed, run, shown, source, tools_for, trusted
from tests.web.desk import Desk, a_desk, form_of

ROWS = [a_row(number) for number in range(12)]
WHY = {"reason": "They asked us to"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def desk(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, folder: Path) -> Desk:
    made = a_desk(database)
    folder.mkdir()
    made.app = build_site(settings_for(database.url.render_as_string(hide_password=False), data_dir=str(folder)))
    return made


@pytest.fixture
def feed() -> Iterator[Feed]:
    with feeding(*ROWS) as made:
        yield made


def text(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def token(client: FlaskClient) -> str:
    return form_of(client.get("/account").get_data(as_text=True), "/account/sign-out")["csrf_token"][0]


def post(desk: Desk, who: str, path: str, **values: object) -> TestResponse:
    client = desk.client(who)
    return client.post(path, data={"csrf_token": token(client), **values})


def proposed(desk: Desk, feed: Feed, rows: Sequence[object], **settings: object) -> tuple[int, int, str]:
    """A source of the body "own" whose second reading waits for a moderator: its number, the refresh, its page."""
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    trusted(desk.database, number, feed, SourcePolicy.PROPOSE, service_body_id=desk.bodies["own"], **settings)
    feed.rows = list(rows)
    outcome = refreshed(desk.database, number, feed, later=60)
    return number, outcome.run, f"/moderate/sources/{number}/refreshes/{outcome.run}"


def filled(desk: Desk, who: str, path: str, **changes: object) -> TestResponse:
    """Fill in the form of a page and send it."""
    client = desk.client(who)
    page = client.get(path).get_data(as_text=True)
    return client.post(path, data={**form_of(page, path), **WHY, **changes})


NEW_SOURCE = {
    "name": "Lark County",
    "kind": "csv",
    "program": "aa",
    "policy": "propose",
    "every_min": "0",
    "field_rules": "here",
    "rule-notes": "source",
}


def test_an_administrator_of_a_body_adds_a_source_of_it_and_of_no_other(desk: Desk) -> None:
    path = "/moderate/sources/new"
    own, foreign = (str(desk.bodies[name]) for name in ("own", "foreign"))
    refused = filled(desk, "body_administrator", path, **NEW_SOURCE, service_body=foreign)
    assert refused.status_code == 400
    answer = filled(desk, "body_administrator", path, **NEW_SOURCE, service_body=own)
    assert answer.status_code == 303
    with desk.database.reading() as session:
        row = session.execute(select(Source).where(Source.name == "Lark County")).scalar_one()
    assert (row.service_body_id, row.policy) == (desk.bodies["own"], SourcePolicy.PROPOSE)
    assert row.field_rules == {"notes": "source", "*": "here"}
    page = text(desk.client("moderator").get(f"/moderate/sources/{row.id}"))
    assert "Not read yet" in page
    assert "The edit holds, whatever the source says" in page
    assert "Notes: the source holds" in page or ": the source holds" in page
    assert "Change it" not in page, "A moderator decides about a source and does not steer it."
    assert desk.client("other").get(f"/moderate/sources/{row.id}").status_code == 404
    assert "Lark County" not in text(desk.client("other").get("/moderate/sources"))
    assert "Lark County" in text(desk.client("moderator").get("/moderate/sources"))


def test_a_fault_keeps_what_was_typed_and_says_what_to_do(desk: Desk) -> None:
    wrong = {**NEW_SOURCE, "zone": "Moon/Crater", "every_min": "60"}
    page = text(filled(desk, "administrator", "/moderate/sources/new", **wrong))
    assert "There is a problem" in page
    assert 'value="Lark County"' in page
    assert "A source that is read by itself needs an address" in page


def test_whoever_has_not_shown_lately_that_it_is_them_is_asked_before_a_source_changes(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    with desk.database.unit_of_work() as session:
        session.execute(update(SignedIn).values(proved_at=NOW - dt.timedelta(hours=1)))
    client = desk.client("body_administrator")
    for path in ("/moderate/sources/new", f"/moderate/sources/{number}/change", f"/moderate/sources/{number}/remove"):
        for answer in (client.get(path), client.post(path, data={"csrf_token": token(client)})):
            assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/account/confirm")
    assert client.get(f"/moderate/sources/{number}").status_code == 200


def test_two_who_change_a_source_never_overwrite_each_other(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    path = f"/moderate/sources/{number}/change"
    old = form_of(desk.client("administrator").get(path).get_data(as_text=True), path)
    assert filled(desk, "body_administrator", path, country="CA").status_code == 303
    answer = post(desk, "administrator", path, **{**old, **WHY, "name": "Other larks", "csrf_token": ""})
    assert answer.status_code == 400  # without its token
    del old["csrf_token"]
    answer = post(desk, "administrator", path, **{**old, **WHY, "name": "Other larks"})
    page = text(answer)
    assert answer.status_code == 409
    assert "<dd>CA</dd>" in page
    assert 'value="Other larks"' in page
    assert source(desk.database, number).country == "CA"


def test_a_source_is_read_by_the_worker_when_somebody_asks(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"], every_min=0)
    path = f"/moderate/sources/{number}"
    assert refresh_next(desk.database, tools=tools_for(feed), now=NOW) is None
    assert post(desk, "moderator", f"{path}/refresh").status_code == 404
    assert post(desk, "body_administrator", f"{path}/refresh").status_code == 303
    page = text(desk.client("body_administrator").get(path))
    assert "Being read" in page
    assert "Look again" in page
    assert refresh_next(desk.database, tools=tools_for(feed), now=NOW) is not None
    assert refresh_next(desk.database, tools=tools_for(feed), now=NOW) is None
    page = text(desk.client("body_administrator").get(path))
    assert "Being read" not in page
    assert "12 new" in page


def upload(desk: Desk, who: str, number: int, payload: bytes) -> TestResponse:
    client = desk.client(who)
    data = {
        "csrf_token": token(client) if who != "nobody" else "x",
        "file": FileStorage(io.BytesIO(payload), "meetings.json"),
    }
    boundary, body = encode_multipart(data)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(f"/moderate/sources/{number}/upload", data=body, content_type=kind)


def test_an_uploaded_file_is_read_once_and_then_gone(desk: Desk, feed: Feed, folder: Path) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"], url="", every_min=0)
    payload = a_feed(*(a_row(n, notes="Ring the bell. " * 400) for n in range(12)))
    assert len(payload) > 64 * 1024
    assert upload(desk, "body_administrator", number, payload).status_code == 303
    kept = folder / UPLOADS / str(number)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "Its file waits" in text(desk.client("body_administrator").get(f"/moderate/sources/{number}"))
    done = refresh_next(desk.database, tools=tools_for(feed), now=NOW, uploads=folder / UPLOADS)
    assert done is not None
    assert done[1].state is RunState.APPLIED
    assert len(shown(desk.database)) == 12
    assert not kept.exists()
    assert feed.server.paths == []


def test_a_file_that_is_missing_too_large_or_a_strangers_is_refused(desk: Desk, feed: Feed, folder: Path) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"], url="", every_min=0)
    assert "Choose the file" in text(upload(desk, "body_administrator", number, b""))
    assert "larger than 8 MB" in text(upload(desk, "body_administrator", number, b"x" * (MAX_UPLOAD + 1)))
    assert upload(desk, "body_administrator", number, b"x" * (MAX_UPLOAD + 200_000)).status_code == 413
    assert upload(desk, "nobody", number, b"x" * 100_000).status_code == 413
    assert upload(desk, "moderator", number, b"x" * 100_000).status_code == 413
    assert upload(desk, "other", number, b"x").status_code == 404
    assert not (folder / UPLOADS).exists()


def changed_rows() -> list[object]:
    """One is new, one otherwise, one gone, one cannot be taken."""
    return [a_row(0, notes="Ring the bell."), *ROWS[1:11], a_row(40, name="Night owls"), a_row(41, name="", slug="")]


def test_a_refresh_says_what_is_new_changed_gone_and_refused_and_whose_word_holds(desk: Desk, feed: Feed) -> None:
    _, number, path = proposed(desk, feed, changed_rows())
    assert {each.kind for each in changes(desk.database, number)} == set(ChangeKind)
    page = text(desk.client("moderator").get(path))
    for words in ("New: Night owls", "Changed: Larks 0", "Gone: Larks 11", "Refused:", "Row 13"):
        assert words in page, words
    assert re.search(r'data-head="Holds">The source<', page)
    assert "Ring the bell." in page
    only = text(desk.client("moderator").get(f"{path}?kind=gone"))
    assert "Larks 11" in only
    assert "Night owls" not in only


def test_an_edit_made_here_and_the_sources_word_stand_side_by_side(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    slug = shown(desk.database)["larks-0"]["slug"]
    with desk.database.unit_of_work() as session:
        held = session.execute(select(Meeting.id).where(Meeting.slug == slug)).scalar_one()
        edited = replace(draft_of(next(read_register(session, [held]))), notes="Use the side door.")
        revise(session, held, edited, actor=f"user:{desk.users['moderator']}", reason="They rang", now=NOW)
    feed.rows = [a_row(0, notes="Ring the bell."), *ROWS[1:]]
    outcome = refreshed(desk.database, number, feed, later=60)
    page = text(desk.client("moderator").get(f"/moderate/sources/{number}/refreshes/{outcome.run}"))
    assert '<td data-head="Source before"><div class="own"><span class="soft">nothing</span></div>' in page
    assert '<td data-head="Here"><div class="own">Use the side door.</div>' in page
    assert "Ring the bell." in page
    assert "You choose: apply it and the source holds" in page


def test_a_part_is_applied_the_rest_set_aside_and_what_came_too_late_is_told(desk: Desk, feed: Feed) -> None:
    number, run_id, path = proposed(desk, feed, changed_rows())
    by_kind = {each.kind: each.id for each in changes(desk.database, run_id)}
    seen = run(desk.database, run_id).revision
    ticked = {"change": [str(by_kind[ChangeKind.NEW])], "revision": str(seen)}
    assert "Tick at least one" in text(post(desk, "moderator", f"{path}/decide", action="apply", revision=str(seen)))
    assert post(desk, "moderator", f"{path}/decide", action="apply", **ticked).status_code == 303
    assert "larks-40" in shown(desk.database)
    assert "larks-11" in shown(desk.database)
    late = post(desk, "second", f"{path}/decide", action="aside", **ticked)
    assert late.status_code == 409
    page = text(late)
    assert "Set aside: Night owls" in page
    assert '<td data-head="What it is now">Applied</td>' in page
    fresh = str(run(desk.database, run_id).revision)
    assert post(desk, "second", f"{path}/decide", action="aside_all", revision=fresh).status_code == 303
    assert run(desk.database, run_id).state is RunState.PARTLY
    assert "larks-11" in shown(desk.database)
    again = refreshed(desk.database, number, feed, later=120, again=True)
    assert again.state is RunState.UNCHANGED


def test_all_of_one_kind_is_applied_and_rolled_back_after_a_second_look(desk: Desk, feed: Feed) -> None:
    number, run_id, path = proposed(desk, feed, changed_rows())
    seen = str(run(desk.database, run_id).revision)
    assert post(desk, "moderator", f"{path}/decide", action="apply_all", kind="gone", revision=seen).status_code == 303
    states = {each.kind: each.state for each in changes(desk.database, run_id)}
    assert states[ChangeKind.GONE] is ChangeState.APPLIED
    assert states[ChangeKind.NEW] is ChangeState.OPEN
    assert "larks-11" not in shown(desk.database)
    look = text(desk.client("moderator").get(f"{path}/roll-back"))
    assert "1 listing goes back to what it was before" in look
    assert "larks-11" not in shown(desk.database), "Looking changes nothing."
    assert filled(desk, "moderator", f"{path}/roll-back").status_code == 303
    assert "larks-11" in shown(desk.database)
    page = text(desk.client("moderator").get(path))
    assert "Rolled back" in page
    assert post(desk, "moderator", f"{path}/roll-back", **WHY, revision=seen).status_code == 409
    assert post(desk, "other", f"{path}/roll-back", **WHY, revision=seen).status_code == 404
    assert source(desk.database, number).failures == 0


def test_a_refresh_that_changes_much_wants_a_second_moderator(desk: Desk, feed: Feed) -> None:
    _, run_id, path = proposed(desk, feed, [*ROWS, *(a_row(n) for n in range(50, 80))])
    seen = str(run(desk.database, run_id).revision)
    answer = post(desk, "moderator", f"{path}/decide", action="apply_all", revision=seen)
    assert answer.status_code == 303
    waits = answer.headers["Location"]
    assert waits.startswith("/moderate/wide/")
    assert len(shown(desk.database)) == 12
    page = text(desk.client("second").get(waits))
    assert "It changes 30 listings" in page
    assert path in page
    assert post(desk, "moderator", f"{waits}/confirm").status_code == 409
    assert post(desk, "other", f"{waits}/confirm").status_code == 404
    assert post(desk, "second", f"{waits}/confirm").status_code == 303
    assert len(shown(desk.database)) == 42


def test_quarantine_is_explained_and_everything_stays_until_somebody_allows_it(desk: Desk, feed: Feed) -> None:
    _, run_id, path = proposed(desk, feed, ROWS[:5])
    page = text(desk.client("moderator").get(path))
    assert "In quarantine: nothing was changed" in page
    assert "A source that loses so much at once is often broken" in page
    assert "7 of 12 listings of this source would go" in page
    assert len(shown(desk.database)) == 12
    one = str(changes(desk.database, run_id)[0].id)
    seen = str(run(desk.database, run_id).revision)
    assert post(desk, "moderator", f"{path}/decide", action="apply", change=one, revision=seen).status_code == 303
    assert len(shown(desk.database)) == 11


def test_a_new_row_that_is_here_already_becomes_one_with_it(desk: Desk, feed: Feed) -> None:
    twin = {**a_row(90), **{name: ROWS[3][name] for name in ("name", "day", "time", "latitude", "longitude")}}
    _, run_id, path = proposed(desk, feed, ROWS)
    with feeding(twin) as other:
        number = a_source(desk.database, other, name="Wrens", service_body_id=desk.bodies["own"])
        run_id = refreshed(desk.database, number, other).run
    path = f"/moderate/sources/{number}/refreshes/{run_id}"
    client = desk.client("moderator")
    page = client.get(path).get_data(as_text=True)
    assert "which is here already" in page
    assert 'href="/moderate/duplicates"' in page
    data = form_of(page, f"{path}/merge")
    answer = client.post(f"{path}/merge", data=data)
    assert answer.status_code == 303, text(answer)
    with desk.database.reading() as session:
        merged = session.execute(select(Meeting.merged_into).where(Meeting.source_key == "larks-90")).scalar_one()
    assert merged is not None
    assert len(shown(desk.database)) == 12


def test_a_large_refresh_is_paged(desk: Desk, feed: Feed) -> None:
    _, run_id, path = proposed(desk, feed, [*ROWS, *(a_row(n) for n in range(100, 230))])
    first = desk.client("moderator").get(f"{path}?kind=new").get_data(as_text=True)
    assert len(re.findall(r'name="change"', first)) == 100
    assert "Apply all 130 new" in text(desk.client("moderator").get(f"{path}?kind=new"))
    after = re.search(r"after=(\d+)", first)
    assert after
    rest = desk.client("moderator").get(f"{path}?kind=new&after={after[1]}").get_data(as_text=True)
    assert len(re.findall(r'name="change"', rest)) == 30
    assert run(desk.database, run_id).new == 130


@pytest.mark.parametrize(("keep", "left"), [("keep", 12), ("unpublish", 12)])
def test_a_source_is_removed_with_or_without_its_listings(desk: Desk, feed: Feed, keep: str, left: int) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    path = f"/moderate/sources/{number}/remove"
    assert post(desk, "body_administrator", path, **WHY).status_code == 400
    answer = post(desk, "body_administrator", path, **WHY, keep=keep)
    assert answer.status_code == 303
    assert len(shown(desk.database)) == left
    if keep == "unpublish":  # 12 at once want a second one
        assert post(desk, "administrator", f"{answer.headers['Location']}/confirm").status_code == 303
        assert shown(desk.database) == {}
    assert desk.client("body_administrator").get(f"/moderate/sources/{number}").status_code == 404


def test_what_a_source_says_is_only_text(desk: Desk, feed: Feed) -> None:
    hostile = a_row(60, name="<script>alert(1)</script>", notes='"><img src=x onerror=alert(1)>')
    _, _, path = proposed(desk, feed, [*ROWS, hostile])
    page = desk.client("moderator").get(path).get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert json.loads(feed_text(feed))[-1]["name"].startswith("<script>")


def feed_text(feed: Feed) -> bytes:
    return a_feed(*feed.rows)
