"""Sources in the browser's pages: added, changed, read, given a file, removed, within the walls."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from finder.config import Settings
from finder.domain.sources import ChangeState, RunState, SourcePolicy
from finder.sources.applying import merge_new
from finder.sources.asking import MAX_UPLOAD, UPLOADS, drop_upload, forget_uploads, keep_upload, upload_of
from finder.sources.due import refresh_next
from finder.store.accounts import SignedIn
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.source import Source
from tests.conftest import NOW, BuildSite
from tests.sources.feeds import a_feed, a_row
from tests.sources.instance import Feed, a_source, changes, feeding, refreshed, restless, shown, source, tools_for
from tests.web.desk import Desk, a_desk, form_of
from tests.web.source_pages import ROWS, WHY, filled, post, text, token, upload


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


def test_older_refreshes_of_a_source_are_a_link_away(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    first = refreshed(desk.database, number, feed)
    restless(desk.database, number, feed, later=60)
    path, client = f"/moderate/sources/{number}", desk.client("moderator")
    page = client.get(path).get_data(as_text=True)
    assert f'href="{path}/refreshes/{first.run}"' not in page
    older = re.search(rf'href="{path}(\?before=\d+)#runs">Older<', page)
    assert older
    page = client.get(f"{path}{older[1]}").get_data(as_text=True)
    assert f'href="{path}/refreshes/{first.run}"' in page
    assert ">Older<" not in page
    assert f'href="{path}#runs">The latest<' in page
    for odd in ("1", "-1", "x", "9" * 30):
        assert client.get(f"{path}?before={odd}").status_code == 200


def test_a_fault_keeps_what_was_typed_and_says_what_to_do(desk: Desk) -> None:
    wrong = {**NEW_SOURCE, "zone": "Moon/Crater", "every_min": "60"}
    page = text(filled(desk, "administrator", "/moderate/sources/new", **wrong))
    assert "There is a problem" in page
    assert 'value="Lark County"' in page
    assert "A source that is read by itself needs an address" in page


def test_an_address_on_another_port_is_refused_when_it_is_typed(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    there = {"url": "https://example.org:8443/feed.json"}
    for path, values in (("new", {**NEW_SOURCE, **there}), (f"{number}/change", there)):
        page = text(filled(desk, "administrator", f"/moderate/sources/{path}", **values))
        assert page.count("Port 8443 is not one that sources are fetched from: only 80 and 443 are.") == 2
        assert 'href="#url"' in page
    assert source(desk.database, number).url == f"{feed.server.url}/meetings.json"


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


def test_a_source_whose_settings_of_reading_are_mended_is_read_next_and_the_page_says_so(
    desk: Desk, feed: Feed
) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    feed.status = 500
    refreshed(desk.database, number, feed)
    path = f"/moderate/sources/{number}"
    client = desk.client("body_administrator")
    for mended, words in (
        ({"policy": "propose"}, "What it says is compared anew when it is read next."),
        ({"zone": "America/Chicago"}, "The worker reads it next: look again in a moment."),
    ):
        form = form_of(client.get(f"{path}/change").get_data(as_text=True), f"{path}/change")
        answer = client.post(f"{path}/change", data={**form, **WHY, **mended})
        assert words in text(client.get(answer.headers["Location"]))
    assert "Being read" in text(client.get(path))
    feed.status = 200
    assert refresh_next(desk.database, tools=lambda: tools_for(feed), now=NOW) is not None
    assert source(desk.database, number).failures == 0


def test_a_source_is_read_by_the_worker_when_somebody_asks(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"], every_min=0)
    path = f"/moderate/sources/{number}"
    assert refresh_next(desk.database, tools=lambda: tools_for(feed), now=NOW) is None
    assert post(desk, "moderator", f"{path}/refresh").status_code == 404
    assert post(desk, "body_administrator", f"{path}/refresh").status_code == 303
    page = text(desk.client("body_administrator").get(path))
    assert "Being read" in page
    assert "Look again" in page
    assert refresh_next(desk.database, tools=lambda: tools_for(feed), now=NOW) is not None
    assert refresh_next(desk.database, tools=lambda: tools_for(feed), now=NOW) is None
    page = text(desk.client("body_administrator").get(path))
    assert "Being read" not in page
    assert "12 new" in page


def test_an_uploaded_file_is_read_once_and_then_gone(desk: Desk, feed: Feed, folder: Path) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"], url="", every_min=0)
    payload = a_feed(*(a_row(n, notes="Ring the bell. " * 400) for n in range(12)))
    assert len(payload) > 64 * 1024
    assert upload(desk, "body_administrator", number, payload).status_code == 303
    kept = folder / UPLOADS / str(number)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "Its file waits" in text(desk.client("body_administrator").get(f"/moderate/sources/{number}"))
    done = refresh_next(desk.database, tools=lambda: tools_for(feed), now=NOW, uploads=folder / UPLOADS)
    assert done is not None
    assert done[1].state is RunState.APPLIED
    assert len(shown(desk.database)) == 12
    assert not kept.exists()
    assert feed.server.paths == []


def test_a_file_that_comes_while_another_is_read_has_its_turn(desk: Desk, feed: Feed, folder: Path) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"], url="", every_min=0)
    assert upload(desk, "body_administrator", number, a_feed(ROWS[0])).status_code == 303
    first = upload_of(folder / UPLOADS, number)
    keep_upload(folder / UPLOADS, number, a_feed(*ROWS[:2]))
    assert drop_upload(folder / UPLOADS, number, first), "It is not the one that was read."
    refresh_next(desk.database, tools=lambda: tools_for(feed), now=NOW, uploads=folder / UPLOADS)
    assert len(shown(desk.database)) == 2
    assert not drop_upload(folder / UPLOADS, number, None)


def test_a_file_that_nobody_reads_is_forgotten_after_a_day(folder: Path) -> None:
    keep_upload(folder / UPLOADS, 7, b"rows")
    kept = dt.datetime.fromtimestamp((folder / UPLOADS / "7").stat().st_mtime, dt.UTC)
    assert forget_uploads(folder / UPLOADS, now=kept + dt.timedelta(hours=23)) == 0
    assert forget_uploads(folder / UPLOADS, now=kept + dt.timedelta(hours=25)) == 1
    assert upload_of(folder / UPLOADS, 7) is None


def test_a_file_that_is_missing_too_large_or_a_strangers_is_refused(desk: Desk, feed: Feed, folder: Path) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"], url="", every_min=0)
    assert "Choose the file" in text(upload(desk, "body_administrator", number, b""))
    assert "larger than 8 MB" in text(upload(desk, "body_administrator", number, b"x" * (MAX_UPLOAD + 1)))
    far_too_large = upload(desk, "body_administrator", number, b"x" * (MAX_UPLOAD + 200_000))
    assert (far_too_large.status_code, "finder sources refresh" in text(far_too_large)) == (413, True)
    assert upload(desk, "nobody", number, b"x" * 100_000).status_code == 413
    assert upload(desk, "moderator", number, b"x" * 100_000).status_code == 413
    assert upload(desk, "other", number, b"x").status_code == 404
    assert not (folder / UPLOADS).exists()


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


def test_a_removed_source_is_restored_with_its_listings_by_two(desk: Desk, feed: Feed) -> None:
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    path = f"/moderate/sources/{number}"
    gone = post(desk, "body_administrator", f"{path}/remove", **WHY, keep="unpublish").headers["Location"]
    assert post(desk, "administrator", f"{gone}/confirm").status_code == 303
    listed = text(desk.client("body_administrator").get("/moderate/sources"))
    assert f'href="{path}/restore"' in listed
    assert "No source at present" in listed
    assert "/restore" not in text(desk.client("other").get("/moderate/sources"))
    page = text(desk.client("body_administrator").get(f"{path}/restore"))
    assert "12 listings that left the finder with it come back" in page
    assert "There is a problem" in text(post(desk, "body_administrator", f"{path}/restore"))
    taken = {**NEW_SOURCE, "name": "Larks", "service_body": str(desk.bodies["own"])}
    assert "was removed: restore it" in text(filled(desk, "body_administrator", "/moderate/sources/new", **taken))
    back, again = (post(desk, "body_administrator", f"{path}/restore", **WHY).headers["Location"] for _ in range(2))
    assert shown(desk.database) == {}
    assert again in text(desk.client("administrator").get("/moderate"))
    assert post(desk, "administrator", f"{back}/confirm").status_code == 303
    assert again not in text(desk.client("administrator").get("/moderate"))
    assert post(desk, "administrator", f"{again}/confirm").status_code == 409
    assert len(shown(desk.database)) == 12
    assert text(desk.client("body_administrator").get(path)).count("Applied at once") == 1
    assert desk.client("body_administrator").get(f"{path}/restore").status_code == 404


def test_whoever_removes_a_source_is_told_how_many_of_its_listings_stay(desk: Desk) -> None:
    own = desk.bodies["own"]
    with feeding(a_row(0), a_row(1, slug="lone-wren")) as other, feeding(a_row(0), a_row(2)) as feed:
        wrens = a_source(desk.database, other, name="Wrens", service_body_id=own)
        refreshed(desk.database, wrens, other)
        outcome = refreshed(desk.database, a_source(desk.database, feed, service_body_id=own), feed)
    [twin] = changes(desk.database, outcome.run, state=ChangeState.OPEN)
    page = f"/moderate/sources/{wrens}/remove"
    assert "stays in any case" not in text(desk.client("administrator").get(page))
    with desk.database.unit_of_work() as session:
        found = select(Meeting.id).where(Meeting.source_id == wrens, Meeting.source_key == "larks-0")
        merge_new(session, twin.id, into=session.execute(found).scalar_one(), seen=1, by="user:1", now=NOW)
    assert "2 listings in the finder. Of these 1 stays in any case" in text(desk.client("administrator").get(page))
