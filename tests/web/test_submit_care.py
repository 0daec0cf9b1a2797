"""What facilitators' forms take care of: hidden things, changes by others, a busy database, programs, old dates."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from finder.config import Settings
from finder.directory.publish import publish, revise
from finder.domain.review import Risk
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy
from finder.review.sending import listing_to_change
from finder.store.database import Database
from finder.store.review import Submission
from finder.store.schema import metadata
from tests.conftest import NOW, BuildSite, Databases, prepare
from tests.factories import a_listing, a_location, a_schedule
from tests.web.submitting import NEW, carry_on, inputs, link_mailed, post, press

SENDER = {"email": "robin@example.org"}


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Flask:
    return build_site(settings_for(database.url.render_as_string(hide_password=False)))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def listed(database: Database, **changes: object) -> int:
    draft = a_listing(**{"slug": "larkspur", "name": "Larkspur Evening", **changes})
    with database.unit_of_work() as session:
        return publish(session, draft, actor="test", reason="", now=NOW)


def submissions(database: Database) -> list[Submission]:
    with database.reading() as session:
        return list(session.execute(select(Submission)).scalars())


def as_it_is(client: FlaskClient, path: str) -> dict[str, object]:
    """What a browser would send of the form at *path* with nothing touched."""
    page = client.get(path).text
    values: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", page.split('method="post"', 1)[1]):
        name, value = (re.search(rf' {each}="([^"]*)"', tag) for each in ("name", "value"))
        kind = re.search(r' type="(\w+)"', tag)
        if name is None or name[1] in {"homepage", "csrf_token", "form", "step", "was"}:
            continue
        if kind and kind[1] in {"radio", "checkbox"}:
            if " checked" in tag and value:
                values.setdefault(name[1], [])
                held = values[name[1]]
                assert isinstance(held, list)
                held.append(value[1])
        elif value:
            values[name[1]] = value[1]
    for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        values[name] = chosen[1] if chosen else ""
    return values


def test_a_form_that_nobody_touched_changes_nothing(client: FlaskClient, database: Database) -> None:
    listed(database, formats=("open", "women"), schedule=a_schedule(interval=2, first_date=dt.date(2026, 3, 3)))
    path = "/meetings/larkspur/change"
    assert "Nothing is changed yet" in post(client, path, {**as_it_is(client, path), **SENDER}).text


def test_a_listing_that_is_changed_meanwhile_is_looked_over_once_more_with_both_texts(
    client: FlaskClient, database: Database
) -> None:
    number, path = listed(database), "/meetings/larkspur/change"
    form = {**as_it_is(client, path), **SENDER, "notes": "Ring the bell."}
    checked = post(client, path, form)
    assert checked.status_code == 200
    with database.unit_of_work() as session:
        later = a_listing(slug="larkspur", name="Larkspur Evening", schedule=a_schedule(start=dt.time(20)))
        revise(session, number, later, actor="test", reason="", now=NOW)
    again = carry_on(client, path, checked)
    assert again.status_code == 409
    assert "The listing was changed while you wrote" in again.text
    assert "8:00 pm to 9:00 pm" in again.text
    assert "7:00 pm to 8:00 pm" in again.text
    assert submissions(database) == []
    assert carry_on(client, path, again).status_code == 303
    assert submissions(database)[0].asked["start"] == "19:00"


def test_confirming_meanwhile_is_no_change(client: FlaskClient, database: Database) -> None:
    number, path = listed(database, source_key="key-same"), "/meetings/larkspur/change"
    checked = post(client, path, {**as_it_is(client, path), **SENDER, "notes": "Ring the bell."})
    with database.unit_of_work() as session:
        same = a_listing(slug="larkspur", name="Larkspur Evening", source_key="key-same", confirmed_at=NOW)
        revise(session, number, same, actor="test", reason="", now=NOW)
    assert carry_on(client, path, checked).status_code == 303


def test_every_part_can_be_changed_again_from_the_page_on_which_it_is_looked_over(client: FlaskClient) -> None:
    checked = post(client, "/submit", {**NEW, "note": "We are new here."})
    targets = re.findall(r'formaction="/submit#([a-z]+)"', checked.text)
    assert targets == ["what", "when", "how", "where", "like", "you"]
    form = carry_on(client, "/submit", checked, step="edit").text
    for target in targets:
        assert f'id="{target}"' in form
    assert "We are new here." in form
    assert re.search(r"<summary>Who may come <small>Open[^<]*</small></summary>", form)


def test_the_page_says_who_sees_what_and_since_when_it_holds(client: FlaskClient) -> None:
    checked = post(client, "/submit", {**NEW, "format": ["women"], "effective_date": "2026-04-01"})
    assert "The area only" in checked.text
    assert "People see the area only, not the address and not the point." in checked.text
    assert "April 1, 2026" in checked.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "weekly", "day": ["2"], "interval": "2", "first_date": "2026-03-03"}, "Every other Tuesday"),
        ({"kind": "weekly", "day": ["2"], "interval": "3", "first_date": "2026-03-03"}, "Every 3 weeks on Tuesday"),
        ({"kind": "monthly", "day": ["5"], "week": ["1", "3"]}, "First and third Friday of the month"),
        ({"kind": "monthly", "day": ["0"], "week": ["-1"]}, "Last Sunday of the month"),
        ({"kind": "once", "day": [], "first_date": "2026-05-02"}, "Once, on Saturday, May 2, 2026"),
        ({"kind": "appointment", "day": [], "start": "", "end": ""}, "By appointment"),
        ({"kind": "weekly", "day": [str(day) for day in range(7)], "last_date": "2026-06-30"}, "Every day"),
    ],
)
def test_every_recurrence_is_told_in_words(
    client: FlaskClient, database: Database, values: dict[str, object], words: str
) -> None:
    checked = post(client, "/submit", {**NEW, **values})
    assert words in checked.text, re.findall(r'class="fault"[^>]*>([^<]*)', checked.text)
    assert carry_on(client, "/submit", checked).status_code == 303
    assert len(submissions(database)) == 1


def test_a_likely_twin_is_offered_but_never_one_whose_address_is_hidden(
    client: FlaskClient, database: Database
) -> None:
    listed(database, name="Quiet Morning", schedule=a_schedule(weekdays=(1,)))
    hidden = a_location(address_visibility=AddressVisibility.AREA, name="Blue Hall")
    listed(database, slug="hidden", name="Quiet Morning", schedule=a_schedule(weekdays=(1,)), location=hidden)
    checked = post(client, "/submit", {**NEW, "pin": "30.2672, -97.7431"})
    assert "Is it one of these?" in checked.text
    assert re.findall(r'<a href="/meetings/([^"]+)"', checked.text) == ["larkspur"]


def test_a_link_given_on_request_is_compared_with_no_guess(client: FlaskClient, database: Database) -> None:
    link = "https://zoom.us/j/5550100"
    online = {"location": None, "attendance": Attendance.ONLINE, "conference_url": link, "name": "Quiet Morning"}
    asked = {**NEW, "attendance": "online", "zone": "America/Chicago", "conference_url": link}
    listed(database, **online, slug="private", join_policy=JoinPolicy.ON_REQUEST)
    assert "Is it one of these?" not in post(client, "/submit", asked).text
    listed(database, **online)
    assert "/meetings/larkspur" in post(client, "/submit", asked).text


def test_nobody_learns_a_hidden_address_by_asking_for_another(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    hidden = a_location(address_visibility=AddressVisibility.AREA, notes="Blue door")
    link = "https://zoom.us/j/5550100?pwd=sesame"
    listed(database, location=hidden, conference_url=link, join_policy=JoinPolicy.ON_REQUEST)
    path = "/meetings/larkspur/change"
    asked = {"street": "1 Other Street", "place_name": "Other Hall", "place_notes": "Red door"}
    asked |= {"attendance": "hybrid", "conference_url": "zoom.us/j/5550199", "postal_code": "78702"}
    checked = post(client, path, {**as_it_is(client, path), **asked, **SENDER})
    assert checked.status_code == 200
    carry_on(client, path, checked)
    prove = link_mailed(app, "prove")
    proof = client.get(prove)
    status = client.get(press(client, prove).headers["Location"])
    for page in (checked, proof, status):
        assert "1 Other Street" in page.text
        for secret in ("12 Example Street", "Larkspur Hall", "Blue door", "78701", "sesame", "30.26720"):
            assert secret not in page.text


def test_a_passcode_is_marked_for_the_moderators(client: FlaskClient, database: Database) -> None:
    asked = {**NEW, "attendance": "hybrid", "conference_url": "https://zoom.us/j/5550100?pwd=x"}
    carry_on(client, "/submit", post(client, "/submit", asked))
    assert Risk.JOIN_SECRET in set(submissions(database)[0].risks)


def test_a_service_that_the_operator_names_is_taken_and_marked_for_the_moderators(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    url = database.url.render_as_string(hide_password=False)
    client = build_site(settings_for(url, conference_hosts="meet.example.org")).test_client()
    asked = {**NEW, "attendance": "hybrid", "conference_url": "https://meet.example.org/lantern"}
    checked = post(client, "/submit", asked)
    assert "We do not know the service at meet.example.org" in checked.text
    carry_on(client, "/submit", checked)
    assert Risk.UNKNOWN_HOST in set(submissions(database)[0].risks)


def test_dates_that_have_passed_are_said_so(client: FlaskClient, database: Database) -> None:
    listed(database)
    values = {"exception_kind": "cancelled", "first_date": "2026-03-01", **SENDER}
    answer = post(client, "/meetings/larkspur/dates", values)
    assert answer.status_code == 422
    assert "These dates have passed" in answer.text
    running = post(client, "/meetings/larkspur/dates", {**values, "last_date": "2026-03-20"})
    assert running.status_code == 200
    again = carry_on(client, "/meetings/larkspur/dates", running, step="edit")
    assert 'value="2026-03-20"' in again.text


def test_what_cannot_be_stored_now_is_said_and_kept(
    both_kinds: dict[str, Databases], settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    """SQLite alone: there one writer holds up every other."""
    url = both_kinds["sqlite"].copy_of("prepared", prepare)
    client, other = build_site(settings_for(url)).test_client(), Database(url)
    checked = post(client, "/submit", {**NEW, "notes": "Ring twice."})
    with other.unit_of_work() as session:
        session.execute(text("SELECT 1"))
        answer = carry_on(client, "/submit", checked)
    other.dispose()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "not saved" in answer.text
    assert ("notes", "Ring twice.") in list(inputs(answer.text).items())
    assert carry_on(client, "/submit", answer).status_code == 303


def test_more_than_is_taken_of_one_address_is_said_and_kept(client: FlaskClient, database: Database) -> None:
    listed(database)
    path = "/meetings/larkspur/close"
    for _ in range(20):
        assert post(client, path, SENDER).status_code == 303
    answer = post(client, path, {**SENDER, "note": "We moved away."})
    assert answer.status_code == 429
    assert "We moved away." in answer.text
    assert len(submissions(database)) == 20


class Watch:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


def test_a_form_that_is_sent_within_three_seconds_is_asked_for_once_more(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    listed(database)
    watch = Watch()
    settings = settings_for(database.url.render_as_string(hide_password=False), now="")
    client = build_site(settings, clock=watch).test_client()
    path, values = "/meetings/larkspur/close", SENDER
    for seconds, stored, status in ((0, 0, 422), (2, 0, 422), (3, 1, 303), (2 * 86400, 2, 303)):
        form = inputs(client.get(path).text)
        form.update(values)
        watch.now += dt.timedelta(seconds=seconds)
        answer = client.post(path, data=form)
        assert (answer.status_code, "Not sent yet" in answer.text) == (status, status == 422)
        assert len(submissions(database)) == stored, seconds
    form = inputs(client.get(path).text)
    form.update(values)
    again = inputs(client.post(path, data=form).text)
    watch.now += dt.timedelta(seconds=3)
    assert client.post(path, data={**again, **values}).headers["Location"] == "/submit/mail"
    assert len(submissions(database)) == 3


@pytest.mark.parametrize("mark", ["", "made.up", "x" * 9000, "\ud800"])
def test_a_form_with_no_mark_of_ours_is_asked_for_once_more(client: FlaskClient, database: Database, mark: str) -> None:
    listed(database)
    form = inputs(client.get("/meetings/larkspur/problem").text)
    form["problem"], form["form"] = "other", mark.encode("utf-8", "replace").decode()
    answer = client.post("/meetings/larkspur/problem", data=form)
    assert (answer.status_code, "Not sent yet" in answer.text) == (422, True)
    assert submissions(database) == []
    form["form"] = inputs(answer.text)["form"]
    assert client.post("/meetings/larkspur/problem", data=form).status_code == 303


def test_no_network_is_kept_plain(client: FlaskClient, database: Database) -> None:
    listed(database)
    path = "/meetings/larkspur/problem"
    form = inputs(client.get(path).text)
    form.update({"problem": "other"})
    answer = client.post(path, data=form, environ_base={"REMOTE_ADDR": "203.0.113.77"})
    assert answer.status_code == 303
    with database.reading() as session:
        rows = [tuple(row) for table in metadata.sorted_tables for row in session.execute(select(table))]
    assert rows
    assert "203.0.113" not in str(rows)


def test_the_pages_are_kept_nowhere_and_found_by_nobody(client: FlaskClient, database: Database) -> None:
    listed(database)
    paths = ["/submit", "/manage", "/submit/mail", "/manage/mail", "/submit/thanks"]
    paths += [f"/meetings/larkspur/{what}" for what in ("change", "dates", "close", "confirm", "problem")]
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert '<meta name="robots" content="noindex">' in answer.text, path
        assert answer.text.count("<h1>") == 1, path


def test_a_hidden_listing_stays_as_it_is_when_only_its_name_changes(client: FlaskClient, database: Database) -> None:
    hidden = a_location(address_visibility=AddressVisibility.AREA)
    listed(database, location=hidden)
    path = "/meetings/larkspur/change"
    checked = post(client, path, {**as_it_is(client, path), **SENDER, "name": "Renamed"})
    carry_on(client, path, checked)
    assert submissions(database)[0].asked == {"name": "Renamed"}
    with database.reading() as session:
        assert listing_to_change(session, "larkspur", private=True).fields["street"] == "12 Example Street"
