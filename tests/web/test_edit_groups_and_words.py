"""Direct editing of groups, programs and formats: for everything at once, audited, taken back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from finder.directory.check import faults
from finder.directory.revert import revert
from finder.directory.vocabulary import load_vocabulary
from finder.domain.catalogue import MAX_FORMATS
from finder.domain.listing import GroupDraft
from finder.domain.review import StaleError
from finder.feeds.seed import load_formats, load_programs
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Group
from finder.store.vocabulary import Format, Program
from tests.conftest import NOW, SEEDS
from tests.web.desk import Desk, form_of

WORDS = {"reason": "They asked us to"}


def a_group(desk: Desk, *bodies: str) -> tuple[int, list[str]]:
    """A group with a listing of each body."""
    slugs = [desk.listing(body, group=GroupDraft(name="Quiet Group"), name=f"Quiet {body}").slug for body in bodies]
    with desk.database.reading() as session:
        return session.execute(select(Group.id).where(Group.name == "Quiet Group")).scalar_one(), slugs


def send(desk: Desk, who: str, path: str, page: str | None = None, **changes: str) -> tuple[int, str]:
    """Fill in the form of a page (as it was when *page* was read) and send it; gives status and text."""
    client = desk.client(who)
    fresh = client.get(path).get_data(as_text=True)
    token = form_of(client.get("/account").get_data(as_text=True), "/account/sign-out")["csrf_token"]
    answer = client.post(path, data={**form_of(page or fresh, path), "csrf_token": token, **WORDS, **changes})
    return answer.status_code, answer.get_data(as_text=True)


def test_a_group_is_changed_for_all_its_listings_and_back(desk: Desk) -> None:
    number, slugs = a_group(desk, "own", "own")
    path = f"/moderate/groups/{number}"
    assert send(desk, "moderator", path, notes="Bring a cup.", venmo="@quiet-example")[0] == 303
    public = desk.client("nobody")
    assert all("Bring a cup." in public.get(f"/meetings/{slug}").get_data(as_text=True) for slug in slugs)
    client = desk.client("moderator")
    page = client.get(path).get_data(as_text=True)
    assert "They asked us to" in page
    with desk.database.reading() as session:
        entry = session.execute(select(AuditEntry.id).order_by(AuditEntry.id.desc())).scalars().first()
    undo = f"/moderate/acts/{entry}/undo"
    assert client.post(undo, data=form_of(page, undo)).status_code == 303
    assert not any("Bring a cup." in public.get(f"/meetings/{slug}").get_data(as_text=True) for slug in slugs)


def test_a_group_that_others_share_is_the_administrators(desk: Desk) -> None:
    number, _ = a_group(desk, "own", "foreign")
    path = f"/moderate/groups/{number}"
    page = desk.client("administrator").get(path).get_data(as_text=True)
    assert "an administrator has to change it" in desk.client("moderator").get(path).get_data(as_text=True)
    status, text = send(desk, "moderator", path, page, notes="Mine")
    assert (status, "an administrator has to" in text) == (400, True)
    assert send(desk, "administrator", path, notes="Ours")[0] == 303
    only, _ = a_group_of_others(desk)
    assert desk.client("moderator").get(f"/moderate/groups/{only}").status_code == 404


def a_group_of_others(desk: Desk) -> tuple[int, str]:
    slug = desk.listing("foreign", group=GroupDraft(name="Other Group")).slug
    with desk.database.reading() as session:
        return session.execute(select(Meeting.group_id).where(Meeting.slug == slug)).scalar_one() or 0, slug


def test_two_editors_of_a_group_do_not_overwrite_each_other(desk: Desk) -> None:
    number, _ = a_group(desk, "own")
    path = f"/moderate/groups/{number}"
    page = desk.client("moderator").get(path).get_data(as_text=True)
    assert send(desk, "second", path, notes="Second")[0] == 303
    status, text = send(desk, "moderator", path, page, notes="First")
    assert status == 409
    assert ">First</textarea>" in text
    assert "<dd>Second</dd>" in text
    assert send(desk, "moderator", path, text, notes="First")[0] == 303


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("website", "quiet.example.org"), ("email", "quiet"), ("notes", "x" * 2001)]
)
def test_what_a_group_cannot_be_is_said_at_its_field(desk: Desk, field: str, value: str) -> None:
    number, _ = a_group(desk, "own")
    status, text = send(desk, "moderator", f"/moderate/groups/{number}", **{field: value})
    assert status == 400
    assert f'href="#{field}"' in text


@pytest.mark.parametrize(
    ("place", "table", "field"), [("programs", Program, "expect"), ("formats", Format, "description")]
)
def test_words_of_programs_and_formats_are_changed_and_taken_back(
    desk: Desk, place: str, table: type[Program] | type[Format], field: str
) -> None:
    with desk.database.reading() as session:
        number, before = session.execute(select(table.id, getattr(table, field)).order_by(table.id)).first() or (0, "")
    path = f"/moderate/words/{place}/{number}"
    client = desk.client("administrator")
    assert f'href="{path}"' in client.get(f"/moderate/words/{place}").get_data(as_text=True)
    page = client.get(path).get_data(as_text=True)
    assert send(desk, "administrator", path, **{field: "Said otherwise."})[0] == 303
    status, text = send(desk, "administrator", path, page, **{field: "Too late."})
    assert (status, "Said otherwise." in text, "Too late." in text) == (409, True, True)
    seed_again(desk.database)
    with desk.database.reading() as session:
        assert getattr(session.get_one(table, number), field) == "Said otherwise."
        entry = (
            session.execute(select(AuditEntry.id).where(AuditEntry.actor.like("user:%")).order_by(AuditEntry.id.desc()))
            .scalars()
            .first()
        )
    undo = f"/moderate/acts/{entry}/undo"
    assert client.post(undo, data=form_of(client.get(path).get_data(as_text=True), undo)).status_code == 303
    with desk.database.reading() as session:
        assert getattr(session.get_one(table, number), field) == before
    assert send(desk, "administrator", path, name="")[0] == 400


def seed_again(database: Database) -> None:
    programs, formats = load_programs(text("programs.toml")), load_formats(text("formats.toml"))
    with database.unit_of_work() as session:
        load_vocabulary(session, programs, formats, actor="seed", now=NOW)


def text(name: str) -> str:
    return Path(SEEDS / name).read_text(encoding="utf-8")


def test_a_new_name_of_a_program_is_on_its_page_at_once(desk: Desk) -> None:
    with desk.database.reading() as session:
        number, slug = session.execute(select(Program.id, Program.slug).order_by(Program.id)).first() or (0, "")
    assert send(desk, "administrator", f"/moderate/words/programs/{number}", name="Lantern Fellowship")[0] == 303
    assert "Lantern Fellowship" in desk.client("nobody").get(f"/programs/{slug}").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/moderate/words/programs", "/moderate/words/formats/1", "/moderate/words/other"])
def test_words_are_the_administrators(desk: Desk, path: str) -> None:
    for who in ("moderator", "body_administrator", "reader"):
        assert desk.client(who).get(path).status_code == 404, who
    assert desk.client("administrator").get(path).status_code == (404 if path.endswith("other") else 200)
    assert desk.client("administrator").get("/moderate/words/formats/99999").status_code == 404


@pytest.mark.parametrize(
    ("place", "said", "offered"),
    [
        ("programs", {"name": "Harbor Steps", "sort": "other"}, "/programs/harbor-steps"),
        ("formats", {"name": "Candle Circle", "sort": "style", "description": "By candle light"}, "/submit"),
    ],
)
def test_a_program_or_format_is_made_and_taken_back(desk: Desk, place: str, said: dict[str, str], offered: str) -> None:
    path = f"/moderate/words/{place}"
    assert said["name"] not in desk.client("nobody").get(offered).text
    assert send(desk, "administrator", path, **said)[0] == 303
    assert said["name"] in desk.client("nobody").get(offered).text
    status, twice = send(desk, "administrator", path, **{**said, "name": said["name"].upper()})
    assert (status, "of this name already" in twice) == (400, True)
    with desk.database.reading() as session:
        entry, number = session.execute(
            select(AuditEntry.id, AuditEntry.target_id).order_by(AuditEntry.id.desc()).limit(1)
        ).one()
        assert list(faults(session)) == []
    client, undo = desk.client("administrator"), f"/moderate/acts/{entry}/undo"
    page = client.get(f"{path}/{number}").text
    answer = client.post(undo, data=form_of(page, undo), follow_redirects=True)
    assert (answer.status_code, "It is taken back" in answer.text) == (200, True)
    assert said["name"] not in desk.client("nobody").get(offered).text


def test_what_is_made_takes_no_place_that_the_seed_files_may_want(desk: Desk) -> None:
    send(desk, "administrator", "/moderate/words/formats", name="Candle Circle", sort="style")
    seed_again(desk.database)
    with desk.database.reading() as session:
        made = session.execute(select(Format.bit).where(Format.name == "Candle Circle")).scalar_one()
    assert made == MAX_FORMATS - 1


def test_a_program_that_a_listing_has_stays(desk: Desk) -> None:
    send(desk, "administrator", "/moderate/words/programs", name="Harbor Steps", sort="other")
    desk.listing("own", program="harbor-steps")
    with desk.database.unit_of_work() as session:
        entry = session.execute(select(AuditEntry.id).where(AuditEntry.act == "create").order_by(AuditEntry.id.desc()))
        with pytest.raises(StaleError, match="in use"):
            revert(session, entry.scalars().first() or 0, actor="user:1", reason="", now=NOW)
