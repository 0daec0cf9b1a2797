"""M1: nothing is public before approval. M3: service bodies are walls. M5: no page can act for you. M6: hostile text is
only text. Over the moderators' pages; M4 and M5 over the account pages are in `test_moderators_accounts`.
"""

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import insert, select, update

from finder.config import Settings
from finder.domain.asked import FIELDS, fields_of
from finder.domain.review import Action, Kind
from finder.domain.vocabulary import Attendance
from finder.review.case import timeline
from finder.review.correspondence import answer
from finder.review.decisions import decide
from finder.review.replies import save_reply
from finder.review.second_person import keep_done, keep_waiting
from finder.review.sending import submit
from finder.store import dump
from finder.store.accounts import User
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Contact, ServiceBody
from finder.store.place import Region
from finder.store.vocabulary import Format, Program
from tests.conftest import NOW, BuildSite, Databases, prepare
from tests.factories import a_listing, a_location
from tests.promises.test_hidden_things import a_sentinel, everything_public
from tests.review.people import (
    HEAD,
    a_request,
    a_user,
    an_administrator,
    in_queue,
    looking,
    secret_mailed,
    seen_as,
    send,
    submission,
)
from tests.servers import Server
from tests.web.desk import Desk, a_desk, entrust, press, token_of
from tests.web_client import get

SECRET = "a secret that only this test run knows of"  # noqa: S105 - of a server that lives for one test
SentTo = Callable[..., Server]

# M3: every route x every role x every object

ROLES = ("administrator", "body_administrator", "moderator", "other", "weak", "reader", "nobody")
#: Whose queue an object is in, as it is now; "" for what nobody has.
OBJECTS = {"own": "own", "foreign": "foreign", "moved": "foreign", "moved_in": "own", "closed": "own", "none": ""}
#: The bodies each role decides for.
COVERS = {
    "administrator": {"own", "foreign"},
    "body_administrator": {"own"},
    "moderator": {"own"},
    "weak": {"own"},
    "other": {"foreign"},
}
SIGN_IN, SECOND_STEP = "/account/sign-in", "/account/second-step"

#: Every route of the moderators' pages: what it acts on, and its status for somebody who may. A route without a line
#: here fails `test_m3_every_route_is_in_the_table`.
ROUTES: dict[tuple[str, str], tuple[str, int]] = {
    ("GET", "/moderate"): ("", 200),
    ("GET", "/moderate/<reference>"): ("request", 200),
    ("POST", "/moderate/<reference>/decide"): ("request", 303),
    ("POST", "/moderate/<reference>/undo"): ("approved", 303),
    ("POST", "/moderate/<reference>/claim"): ("request", 303),
    ("POST", "/moderate/<reference>/release"): ("request", 303),
    ("GET", "/moderate/bulk"): ("many", 200),
    ("POST", "/moderate/bulk"): ("many", 303),
    ("GET", "/moderate/bulk/results"): ("", 200),
    ("GET", "/moderate/bulk/<int:number>"): ("waiting", 200),
    ("POST", "/moderate/bulk/<int:number>/confirm"): ("waiting", 303),
    ("POST", "/moderate/bulk/<int:number>/call-off"): ("waiting", 303),
    ("POST", "/moderate/bulk/<int:number>/undo"): ("together", 303),
    ("GET", "/moderate/replies"): ("", 200),
    ("POST", "/moderate/replies"): ("body", 303),
    ("POST", "/moderate/replies/<int:number>/delete"): ("reply", 303),
    ("GET", "/moderate/listing/<slug>"): ("listing", 200),
    ("POST", "/moderate/listing/<slug>/undo"): ("listing", 303),
}
#: Routes that want no second step, because they only show.
SHOWN_TO_WEAK = {"/moderate", "/moderate/<reference>", "/moderate/listing/<slug>"}


@pytest.fixture
def desk(served_desk: Desk) -> Desk:
    return served_desk


def routes_of(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0].partition("_")[0] == "moderate"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_m3_every_route_is_in_the_table(desk: Desk) -> None:
    assert desk.app is not None
    assert routes_of(desk.app) == set(ROUTES)


class Made:
    """Something of a body, made anew for one request: where to send it, and what the form carries."""

    def __init__(self, desk: Desk, kind: str, thing: str) -> None:
        self.path: dict[str, str | int] = {}
        self.form: dict[str, Any] = {}
        self.query: dict[str, Any] = {}
        getattr(self, f"_{kind or 'nothing'}")(desk, thing)

    def address(self, rule: str) -> str:
        """The path of *rule* for this object."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(self.path[match[1]]), rule)

    def _nothing(self, desk: Desk, thing: str) -> None:
        del desk, thing

    def _request(self, desk: Desk, thing: str) -> None:
        self.path["reference"] = self.reference = _request_of(desk, thing)
        with desk.database.reading() as session:
            if thing != "none":
                seen = looking(session, self.reference)
                self.form["seen_revision"] = self.form["revision"] = str(seen.seen_revision)
                self.form["seen_meeting_revision"] = str(seen.seen_meeting_revision or "")
        self.form |= {"action": "reject", "text": "Listed already."}

    def _approved(self, desk: Desk, thing: str) -> None:
        self.path["reference"] = reference = _request_of(desk, thing, before="approved")
        self.form["reason"] = f"A mistake in {reference}"

    def _many(self, desk: Desk, thing: str) -> None:
        self._request(desk, thing)
        self.query = {"take": [self.reference]}
        self.form = {"take": [self.reference], f"seen-{self.reference}": "1.1"}
        self.path = {}

    def _waiting(self, desk: Desk, thing: str) -> None:
        self.path["number"] = 99_999
        if thing != "none":
            reference = _request_of(desk, thing)
            with desk.database.unit_of_work() as session:
                by = seen_as(session, a_user(session))
                self.path["number"] = keep_waiting(session, {reference: (1, 1)}, by=by, letterhead=HEAD, now=NOW)

    def _together(self, desk: Desk, thing: str) -> None:
        self.path["number"] = 99_999
        if thing != "none":
            reference = _request_of(desk, thing, before="approved")
            with desk.database.unit_of_work() as session:
                by = seen_as(session, a_user(session))
                self.path["number"] = keep_done(session, {reference: (1, 1)}, [reference], by=by, now=NOW)

    def _body(self, desk: Desk, thing: str) -> None:
        number = desk.bodies[OBJECTS[thing]] if OBJECTS[thing] else 99_999
        self.form = {"title": "Listed", "text": "It is listed already.", "body": str(number)}

    def _reply(self, desk: Desk, thing: str) -> None:
        self.path["number"] = 99_999
        if OBJECTS[thing]:
            with desk.database.unit_of_work() as session:
                by = seen_as(session, desk.users["administrator"])
                body = desk.bodies[OBJECTS[thing]]
                self.path["number"] = save_reply(session, title="Listed", text="It is.", body_id=body, by=by)

    def _listing(self, desk: Desk, thing: str) -> None:
        reference = _request_of(desk, thing, before="approved")
        self.path["slug"] = "no-such-listing"
        if thing != "none":
            with desk.database.reading() as session:
                number = submission(session, reference).meeting_id
                self.path["slug"] = session.get_one(Meeting, number).slug
                self.form["entry"] = str(timeline(session, meeting_id=number)[0].entry)


def _request_of(desk: Desk, thing: str, before: str = "") -> str:
    """A request about a listing that is where *thing* says; ``approved``: by an administrator, before it moves."""
    if thing == "none":
        return "2222-2222"
    start = {"moved": "own", "moved_in": "foreign"}.get(thing, OBJECTS[thing])
    meeting = desk.listing(start)
    reference = desk.request(Kind.CHANGE, meeting, {"notes": "Cup"}, email="")
    if before == "approved":
        assert press(desk.client("administrator"), reference).status_code == 303
    with desk.database.unit_of_work() as session:
        if thing in {"moved", "moved_in"}:
            entrust(session, meeting.id, desk.bodies[OBJECTS[thing]])
    if thing == "closed":
        close = desk.request(Kind.CLOSE, meeting, email="")
        assert press(desk.client("administrator"), close).status_code == 303
    return reference


def expected(role: str, method: str, rule: str, thing: str) -> tuple[int, str]:
    """The exact status, and where a redirect has to lead."""
    kind, status = ROUTES[method, rule]
    if role == "nobody":
        return 303, SIGN_IN
    if role == "weak" and rule not in SHOWN_TO_WEAK:
        return 303, SECOND_STEP
    for_all = kind in {"", "many"}  # what is foreign is left out of many: see `test_moderate_bulk`
    if role == "reader" or not (for_all or OBJECTS[thing] in COVERS[role]):
        return 404, ""
    return (409 if (rule, thing) in CHANGED_SINCE else status), ""


#: What was done to the listing after the act that is to be undone, its moving to another body included, comes first.
CHANGED_SINCE = {
    ("/moderate/<reference>/undo", "closed"),
    *(
        (rule, thing)
        for _, rule in ROUTES
        if rule.endswith("/undo") and "bulk" not in rule
        for thing in ("moved", "moved_in")
    ),
}


@pytest.mark.one_database  # who may do what is decided above it
def test_m3_every_route_gives_every_role_exactly_what_is_theirs(desk: Desk) -> None:
    for role in ROLES:
        look_at_all(desk, role)


def look_at_all(desk: Desk, role: str) -> None:
    """Ask for every route with every object as somebody in *role*."""
    client = desk.client(role)
    token = token_of(client.get(SIGN_IN if role == "nobody" else "/account").get_data(as_text=True))
    for (method, rule), thing in product(ROUTES, OBJECTS):
        made = Made(desk, ROUTES[method, rule][0], thing)
        path, form = made.address(rule), {"csrf_token": token, **made.form}
        given = client.get(path, query_string=made.query) if method == "GET" else client.post(path, data=form)
        status, leads = expected(role, method, rule, thing)
        assert given.status_code == status, (role, method, rule, thing, given.get_data(as_text=True)[-1500:])
        assert not leads or given.location.startswith(leads), (role, method, rule, thing, given.location)


def test_m3_the_body_is_read_from_the_target_and_never_from_the_request(desk: Desk) -> None:
    foreign = desk.request(Kind.CHANGE, desk.listing("foreign"), {"notes": "Cup"}, email="")
    own = desk.request(Kind.CHANGE, desk.listing("own"), {"notes": "Cup"}, email="")
    client = desk.client("moderator")
    for name in ("body", "body_id", "service_body", "service_body_id"):
        assert client.get(f"/moderate/{foreign}?{name}={desk.bodies['own']}").status_code == 404
    assert press(client, own, "merge", merge_into=foreign).status_code == 404
    assert press(client, own).status_code == 303
    assert foreign not in client.get("/moderate?body=riverside&status=all").get_data(as_text=True)
    own_alone = client.get("/moderate?status=all").get_data(as_text=True)
    assert own in own_alone
    assert foreign not in own_alone


# M5


def everything(database: Database) -> list[bytes]:
    """All that is stored, but for when sessions were used."""
    with database.reading() as session:
        return [line for line in dump.lines(session) if b"signed_in" not in line]


def test_m5_nothing_is_done_that_the_session_itself_did_not_ask_for(desk: Desk) -> None:
    for rule in sorted(rule for method, rule in ROUTES if method == "POST"):
        forge(desk, rule)


def forge(desk: Desk, rule: str) -> None:
    """Send what is forged, and then what is not."""
    client, stranger = desk.client("administrator"), desk.client("second")
    token = token_of(client.get("/account").get_data(as_text=True))
    foreign_token = token_of(stranger.get("/account").get_data(as_text=True))
    made = Made(desk, ROUTES["POST", rule][0], "own")
    path = made.address(rule)
    if rule.endswith("/release"):
        assert client.post(path.replace("release", "claim"), data={**made.form, "csrf_token": token}).status_code == 303
    before = everything(desk.database)
    for sent, headers, status in (
        ({}, {}, 400),
        ({"csrf_token": "wrong"}, {}, 400),
        ({"csrf_token": foreign_token}, {}, 400),
        ({"csrf_token": token}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({"csrf_token": token}, {"Sec-Fetch-Site": "same-site"}, 403),
        ({"csrf_token": token}, {"Origin": "https://evil.example"}, 403),
    ):
        assert client.post(path, data={**made.form, **sent}, headers=headers).status_code == status
    if ("GET", rule) not in ROUTES:
        query = {"csrf_token": token, **made.form}
        assert client.get(path, query_string=query).status_code in {404, 405}
    assert everything(desk.database) == before
    assert client.post(path, data={**made.form, "csrf_token": token}).status_code == 303
    assert everything(desk.database) != before


# M1

PLANTED = 150


def full_of(sentinel: str) -> dict[str, Any]:
    """A new listing's fields with *sentinel* in every free text."""
    asked = fields_of(a_listing(name=f"Hall {sentinel}", location=a_location(), attendance=Attendance.HYBRID))
    texts = {name for name, each in FIELDS.items() if each.empty == "" and name not in CLOSED_TEXTS}
    asked |= dict.fromkeys(texts, sentinel) | {"name": sentinel}
    asked |= dict.fromkeys(("conference_url", "website", "group_website"), f"https://zoom.us/j/{sentinel}")
    return asked


CLOSED_TEXTS = {"zone", "program", "service_body", "country", "region"}


def planted(database: Database) -> list[str]:
    """Sentinels in what is pending, unproven, rejected, asked about, asked to change, and in what has been closed."""
    sentinels = [a_sentinel() for _ in range(PLANTED)]
    with database.unit_of_work() as session:
        desk_body = ServiceBody(name="Hill Country", slug="hill-country", bmlt_id=1)
        session.add(desk_body)
    changes = iter(("conference_url", "conference_phone", "street", "venmo", "group_phone", "place_name", "notes"))
    desk = Desk(database, bodies={"own": desk_body.id})
    held = [desk.listing("own", name=f"Open Door {number}") for number in range(10)]
    for number, sentinel in enumerate(sentinels):
        sent: dict[str, Any] = {"asked": full_of(sentinel), "note": sentinel, "contact_name": sentinel}
        sent |= {"email": f"{sentinel}@example.org", "proven_email": number % 5 != 0}
        if number % 15 == 1:
            field = next(changes, "name")
            sent |= {"kind": Kind.CHANGE, "meeting_slug": held[number // 15].slug, "asked": {field: sentinel}}
        if number % 15 == 2:
            sent |= {"kind": Kind.PROBLEM, "meeting_slug": held[number // 15].slug, "asked": {"problem": sentinel}}
        with database.unit_of_work() as session:
            reference = submit(session, a_request(**sent), letterhead=HEAD, now=NOW).reference
        if number % 5 in {3, 4}:
            _refuse(database, reference, Action.REJECT if number % 5 == 3 else Action.ASK)
    for meeting in held[8:]:
        _approve(database, in_queue(database, a_request(kind=Kind.CLOSE, meeting_slug=meeting.slug, asked={})))
    return [*sentinels, *[meeting.name for meeting in held[8:]]]


def _refuse(database: Database, reference: str, action: Action) -> None:
    with database.unit_of_work() as session:
        by = an_administrator(session)
        decide(session, reference, looking(session, reference, action, text="No."), by=by, letterhead=HEAD, now=NOW)


def _approve(database: Database, reference: str) -> None:
    with database.unit_of_work() as session:
        decide(session, reference, looking(session, reference), by=an_administrator(session), letterhead=HEAD, now=NOW)


@pytest.fixture
def served_url(databases: Databases) -> str:
    return databases.copy_of("prepared", prepare)


def test_m1_nothing_is_public_before_approval(served_url: str, serve: SentTo) -> None:
    database = Database(served_url)
    sentinels = planted(database)
    database.dispose()
    server = serve(served_url, workers=1, testing="1", now=NOW.isoformat())
    answers = everything_public(server)
    assert sum("Open Door" in told for _, told in answers) > 8
    for path in ("/moderate", "/moderate/replies", "/moderate/listing/open-door-1", "/submit", "/about", "/privacy"):
        given = get(server, path)
        answers.append((path, f"{given.headers}\n{given.text}"))
    for path, told in answers:
        assert [each for each in sentinels if each.lower() in told.lower()] == [], path
    for sentinel in sentinels[:PLANTED:10]:
        assert '"total":0' in get(server, f"/api/v1/meetings?q={sentinel}").text.replace(" ", "")


def test_m1_a_slug_that_waits_answers_as_one_that_never_was(served_url: str, serve: SentTo) -> None:
    database = Database(served_url)
    with database.unit_of_work() as session:
        session.add(ServiceBody(name="Hill Country", slug="hill-country", bmlt_id=1))
    pending, unknown = a_sentinel(), a_sentinel()
    send(database, a_request(asked=full_of(pending), proven_email=True))
    desk = Desk(database, bodies={"own": 1})
    meeting = desk.listing("own", name=a_sentinel())
    _approve(database, in_queue(database, a_request(kind=Kind.CLOSE, meeting_slug=meeting.slug, asked={})))
    database.dispose()
    server = serve(served_url, workers=1, testing="1", now=NOW.isoformat())
    for form in (
        "/meetings/{}",
        "/meetings/{}.ics",
        "/api/v1/meetings/{}",
        "/meetings/{}/change",
        "/moderate/listing/{}",
    ):
        told = []
        for slug in (unknown, pending, meeting.slug):
            given = get(server, form.format(slug))
            headers = {name: value for name, value in given.headers.items() if name not in {"date", "set-cookie"}}
            told.append((given.status, str(headers).replace(slug, "-"), given.text.replace(slug, "-")))
        assert told[0] == told[1] == told[2], form


# M6

HOSTILE = (
    '"><img src=x onerror="window.ran=1"><script>window.ran=1</script>',
    "</textarea></title></select><svg onload=window.ran=1>",
    "'-window.ran=1-' {{ 7*7 }} <a href=\"javascript:window.ran=1\">x</a>",
)
WATCH = """
window.ran = 0; window.violated = [];
addEventListener("securitypolicyviolation", (event) => violated.push(event.violatedDirective));
"""


def hostile_fields(text: str) -> dict[str, Any]:
    """A new listing's fields with *text* wherever text is free, as somebody who goes round the forms would send it."""
    asked = fields_of(a_listing(attendance=Attendance.HYBRID))
    names = [name for name, each in FIELDS.items() if each.empty == "" and name not in CLOSED_TEXTS]
    return asked | dict.fromkeys(names, text[:64]) | {"region": ["United States", text[:64]]}


@pytest.fixture
def hostile(databases: Databases, settings_for: Callable[..., Settings], build_site: BuildSite) -> Iterator[Desk]:
    url = databases.copy_of("prepared", prepare)
    database = Database(url)
    desk = a_desk(database)
    desk.app = build_site(settings_for(url, secret_key=SECRET))
    with database.unit_of_work() as session:
        session.execute(update(User).values(name=HOSTILE[0][:64]))
        session.execute(update(ServiceBody).values(name=HOSTILE[1]))
        by = seen_as(session, desk.users["administrator"])
        save_reply(session, title=HOSTILE[1], text=HOSTILE[0], body_id=desk.bodies["own"], by=by)
    yield desk
    database.dispose()


def walk(page: Page, server: Server, paths: list[str]) -> None:
    """Open every page, unfolded: nothing runs, and nothing was kept from running by the policy alone."""
    for path in paths:
        given = page.goto(server.url + path)
        assert given is not None
        assert given.status == 200, path
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate("[window.ran, window.violated]") == [0, []], path
        assert page.locator("img[src=x], main script, svg[onload]").count() == 0, path
        assert page.locator('a[href^="javascript:" i]').count() == 0, path


@pytest.mark.one_database
@pytest.mark.browser
def test_m6_hostile_text_is_only_text(hostile: Desk, serve: SentTo, browser: Browser) -> None:
    desk, database = hostile, hostile.database
    asked = [hostile_fields(text) for text in HOSTILE]
    new = [
        in_queue(database, a_request(asked=each, note=text, contact_name=text[:60], email=""))
        for each, text in zip(asked, HOSTILE, strict=True)
    ]
    meeting = desk.listing("own")
    change = desk.request(Kind.CHANGE, meeting, {k: asked[0][k] for k in ("name", "notes", "venmo")}, note=HOSTILE[1])
    problem = desk.request(Kind.PROBLEM, meeting, {"problem": HOSTILE[0]}, note=HOSTILE[1], email="")
    away = {"exception_kind": "moved", "first_date": "2026-03-17", "place": HOSTILE[0], "note": HOSTILE[1]}
    moved = desk.request(Kind.EXCEPTION, meeting, away, email="")
    talk(database, meeting.slug, desk)
    client = desk.client("administrator")
    assert press(client, new[0]).status_code == 303
    assert press(client, change).status_code == 303
    server = serve(
        database.url.render_as_string(hide_password=False),
        workers=1,
        testing="1",
        now=NOW.isoformat(),
        secret_key=SECRET,
    )
    context = browser.new_context()
    cookie = client.get_cookie("session")
    assert cookie is not None
    context.add_cookies([{"name": "session", "value": cookie.value, "url": server.url}])
    context.add_init_script(WATCH)
    page = context.new_page()
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    every = "status=all&sort=name"
    walk(page, server, ["/moderate", f"/moderate?{every}", f"/moderate?q={HOSTILE[0]}", "/moderate/replies"])
    walk(page, server, [f"/moderate/{reference}" for reference in (*new, change, problem, moved)])
    walk(page, server, [f"/moderate/bulk?take={moved}", f"/moderate/listing/{meeting.slug}", "/moderate/bulk/results"])
    walk(page, server, editing_pages(database, desk.bodies["own"]))
    slugs = re.findall(r'"slug":"([^"]+)"', get(server, "/api/v1/meetings?per_page=100").text)
    public = [f"/meetings/{slug}" for slug in slugs if get(server, f"/meetings/{slug}").status == 200]
    assert len(public) >= 2
    walk(page, server, ["/", "/?q=img", "/programs/aa", *public])
    assert said == []
    context.close()


def editing_pages(database: Database, body: int) -> list[str]:
    """Every page of direct editing, of contacts and of accounts, about a listing that is hostile in all its texts."""
    with database.unit_of_work() as session:
        hostile_ones = select(Meeting).where(Meeting.name.contains("window.ran")).order_by(Meeting.id.desc())
        listing = session.execute(hostile_ones).scalars().first()
        assert listing is not None
        slug, where, group = listing.slug, listing.location_id, listing.group_id
        assert None not in (where, group)
        contact = {"name": HOSTILE[0][:64], "email": "robin@example.org", "phone": HOSTILE[1][:64]}
        session.execute(insert(Contact).values(group_id=group, **contact))
        region = session.execute(select(Region.id).where(Region.name.contains("window.ran"))).scalars().first()
        acts = session.execute(select(AuditEntry.id).where(AuditEntry.target_kind == "meeting")).scalars().all()
        session.execute(update(Program).values(name=HOSTILE[1], for_whom=HOSTILE[0]))
        session.execute(update(Format).values(name=HOSTILE[0], description=HOSTILE[1]))
    assert region is not None
    edited = [f"/moderate/listing/{slug}/{page}" for page in ("edit", "dates")]
    trees = [f"/moderate/trees/{place}" for place in ("regions", "bodies", f"regions/{region}", f"bodies/{body}")]
    words = [f"/moderate/words/{place}" for place in ("programs", "formats", "programs/1", "formats/1")]
    found = [f"{path}?{urlencode({'q': each})}" for path in ("/moderate/find", "/contacts") for each in ("img", "<svg")]
    health = ["/moderate/health", "/moderate/health/hill-country", "/moderate/health/hill-country/never"]
    shared = ["/moderate/duplicates", f"/moderate/place/{where}", f"/moderate/groups/{group}", "/moderate/audit"]
    found.append(f"/moderate/groups/{group}/merge?{urlencode({'q': 'img'})}")
    own = ["/account", "/account/people", *[f"/moderate/acts/{number}" for number in acts[-3:]]]
    return [*edited, *trees, *words, *found, *health, *shared, f"/moderate/merge?one={slug}&other={slug}", *own]


def talk(database: Database, slug: str, desk: Desk) -> None:
    """A question and its answer, both hostile."""
    reference = in_queue(database, a_request(kind=Kind.CLOSE, meeting_slug=slug, asked={}))
    with database.unit_of_work() as session:
        by = seen_as(session, desk.users["administrator"])
        asked = looking(session, reference, Action.ASK, text=HOSTILE[2])
        decide(session, reference, asked, by=by, letterhead=HEAD, now=NOW)
    secret = secret_mailed(database, "status")
    with database.unit_of_work() as session:
        answer(session, secret, HOSTILE[0], letterhead=HEAD, now=NOW)
