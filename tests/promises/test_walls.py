"""M3: service bodies are walls. Every route of the site has a line in one of the tables; one without a line fails.

The queue and its requests are in `test_moderators`; here is everything else: what anybody may ask for (alike for every
role), secret links (an unknown one is nobody's), accounts, direct editing, health, the audit and the site itself.
"""

import re
from dataclasses import dataclass, replace
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.places import audited_place, location_of
from finder.directory.publish import unpublish
from finder.directory.resolve import location_key
from finder.domain.listing import GroupDraft
from finder.domain.review import BulkStatus
from finder.domain.roles import Role
from finder.domain.sources import ChangeKind, RunState
from finder.sources.removing import remove_source
from finder.store.accounts import Grant, SignedIn
from finder.store.audit import AuditEntry
from finder.store.people import Contact, ServiceBody
from finder.store.review import WideAct
from finder.store.source import Source, SourceChange, SourceRun
from tests.conftest import NOW
from tests.factories import a_location
from tests.promises.test_moderators import COVERS, OBJECTS, ROLES, SECOND_STEP, SIGN_IN
from tests.promises.test_moderators import ROUTES as QUEUE_ROUTES
from tests.review.people import a_user
from tests.web.desk import Desk, entrust, token_of

Route = tuple[str, str]

#: What anybody may ask for, with the status that an empty question or an empty form gets, whoever asks.
ANYBODY: dict[Route, int] = {
    ("GET", "/"): 200,
    ("GET", "/about"): 200,
    ("GET", "/meetings"): 302,
    ("GET", "/meetings.json"): 200,
    ("GET", "/meetings/<slug>/"): 301,
    ("GET", "/wp-admin/admin-ajax.php"): 400,  # it wants an action
    ("POST", "/wp-admin/admin-ajax.php"): 400,
    ("GET", "/privacy"): 200,
    ("GET", "/robots.txt"): 200,
    ("GET", "/favicon.ico"): 200,
    ("GET", "/opensearch.xml"): 200,
    ("GET", "/sitemap.xml"): 200,
    ("GET", "/sitemap/pages.xml"): 200,
    ("GET", "/sitemap/meetings-<int:number>.xml"): 200,
    ("GET", "/embed"): 200,
    ("GET", "/embed/code"): 200,
    ("GET", "/oembed"): 404,  # it wants the address of a search
    ("GET", "/export/meetings.csv"): 200,
    ("GET", "/export/meetings.jsonld"): 200,
    ("GET", "/export/hsds.json"): 200,
    ("GET", "/export/naws.csv"): 404,  # it wants a service body
    ("GET", "/meetings.ics"): 200,
    ("GET", "/feeds/changes.atom"): 200,
    ("GET", "/healthz"): 200,
    ("GET", "/readyz"): 200,
    ("GET", "/leave"): 303,
    ("GET", "/programs"): 200,
    ("GET", "/programs/<slug>"): 200,
    ("GET", "/regions/<slug>"): 200,
    ("GET", "/meetings/<slug>"): 200,
    ("GET", "/meetings/<slug>.ics"): 200,
    ("GET", "/static/<digest>/<path:name>"): 404,
    ("GET", "/api/v1/meetings"): 200,
    ("GET", "/api/v1/meetings/<slug>"): 200,
    ("GET", "/api/v1/openapi.json"): 200,
    ("GET", "/client_interface/serverInfo.xml"): 200,
    ("GET", "/client_interface/<data_format>/"): 422,  # it wants an operation
    ("GET", "/api/v1/places"): 400,  # it wants words
    ("GET", "/submit"): 200,
    ("POST", "/submit"): 422,
    ("GET", "/submit/mail"): 200,
    ("GET", "/submit/thanks"): 200,
    ("GET", "/meetings/<slug>/<any(change, dates, close, confirm, problem):what>"): 200,
    ("POST", "/meetings/<slug>/<any(change, dates, close, confirm, problem):what>"): 422,
    ("GET", "/manage"): 200,
    ("POST", "/manage"): 422,
    ("GET", "/manage/mail"): 200,
    ("GET", "/confirm/thanks"): 200,
    ("GET", "/account/reset"): 200,
    ("POST", "/account/reset"): 400,
    ("GET", "/account/reset/sent"): 200,
}

#: What a mailed secret opens. One that nobody was mailed opens nothing, for nobody.
SECRETS: frozenset[Route] = frozenset(
    {
        ("GET", "/prove/<secret>"),
        ("POST", "/prove/<secret>"),
        ("GET", "/status/<secret>"),
        ("POST", "/status/<secret>/answer"),
        ("POST", "/status/<secret>/withdraw"),
        ("GET", "/confirm/<secret>"),
        ("POST", "/confirm/<secret>"),
        ("GET", "/manage/<secret>"),
        ("POST", "/manage/<secret>"),
        ("GET", "/managing/<secret>"),
        ("POST", "/managing/<secret>/confirm/<int:number>"),
        ("GET", "/managing/<secret>/<int:number>/<any(change, dates, close):what>"),
        ("POST", "/managing/<secret>/<int:number>/<any(change, dates, close):what>"),
        ("GET", "/managing/<secret>/groups/<int:number>/new"),
        ("POST", "/managing/<secret>/groups/<int:number>/new"),
        ("GET", "/managing/<secret>/history/<int:number>"),
        ("GET", "/account/invitation/<secret>"),
        ("POST", "/account/invitation/<secret>"),
        ("GET", "/account/reset/<secret>"),
        ("POST", "/account/reset/<secret>"),
    }
)

#: Pages on which one proves who one is: open to those who are not signed in.
DOORS: frozenset[Route] = frozenset(
    {
        ("GET", "/account/sign-in"),
        ("POST", "/account/sign-in"),
        ("POST", "/account/sign-in/passkey"),
        ("POST", "/account/sign-out"),
    }
)

#: One's own account: whoever is not signed in is sent to do so.
OWN_ACCOUNT: frozenset[Route] = frozenset(
    {
        ("GET", "/account"),
        ("GET", "/account/confirm"),
        ("POST", "/account/confirm"),
        ("POST", "/account/confirm/passkey"),
        ("POST", "/account/details"),
        ("GET", "/account/second-step"),
        ("POST", "/account/second-step"),
        ("POST", "/account/second-step/passkey"),
        ("POST", "/account/sessions/<int:number>/end"),
        ("POST", "/account/sessions/end-others"),
        ("GET", "/account/authenticator"),
        ("POST", "/account/authenticator"),
        ("POST", "/account/authenticator/remove"),
        ("GET", "/account/passkeys"),
        ("POST", "/account/passkeys"),
        ("POST", "/account/passkeys/<int:number>/remove"),
        ("GET", "/account/password"),
        ("POST", "/account/password"),
        ("GET", "/account/recovery-codes"),
        ("POST", "/account/recovery-codes"),
    }
)


@dataclass(frozen=True)
class Line:
    """Of what an object is made, the status for somebody who may, and which right it takes."""

    thing: str
    status: int
    right: str


#: What is a service body's, or the site's. A form without its words is refused: that comes after the walls.
THINGS: dict[Route, Line] = {
    ("GET", "/moderate/listing/<slug>/edit"): Line("listing", 200, "edit"),
    ("POST", "/moderate/listing/<slug>/edit"): Line("listing", 422, "edit"),
    ("GET", "/moderate/listing/<slug>/dates"): Line("listing", 200, "edit"),
    ("POST", "/moderate/listing/<slug>/dates"): Line("listing", 400, "edit"),
    ("POST", "/moderate/listing/<slug>/close"): Line("listing", 400, "edit"),
    ("GET", "/moderate/place/<int:number>"): Line("place", 200, "edit"),
    ("POST", "/moderate/place/<int:number>"): Line("place", 400, "edit"),
    ("POST", "/moderate/place/<int:number>/close"): Line("place", 400, "edit"),
    ("GET", "/moderate/wide/<int:number>"): Line("wide", 200, "edit"),
    ("POST", "/moderate/wide/<int:number>/confirm"): Line("wide", 303, "edit"),
    ("POST", "/moderate/wide/<int:number>/call-off"): Line("wide", 303, "edit"),
    ("GET", "/moderate/groups/<int:number>"): Line("group", 200, "edit"),
    ("POST", "/moderate/groups/<int:number>"): Line("group", 400, "edit"),
    ("POST", "/moderate/groups/<int:number>/contacts"): Line("group", 400, "edit"),
    ("POST", "/moderate/groups/<int:number>/contacts/<int:contact>/remove"): Line("group_contact", 303, "edit"),
    ("GET", "/moderate/groups/<int:number>/merge"): Line("group", 200, "edit"),
    ("GET", "/moderate/groups/<int:number>/merge/<int:into>"): Line("group_pair", 200, "edit"),
    ("POST", "/moderate/groups/<int:number>/merge/<int:into>"): Line("group_pair", 400, "edit"),
    ("GET", "/moderate/merge"): Line("pair", 200, "edit"),
    ("POST", "/moderate/merge"): Line("pair", 400, "edit"),
    ("GET", "/moderate/acts/<int:number>"): Line("act", 200, "edit"),
    ("POST", "/moderate/acts/<int:number>/undo"): Line("act", 303, "edit"),
    ("GET", "/contacts"): Line("", 200, "contacts"),
    ("GET", "/moderate/health"): Line("", 200, "see"),
    ("GET", "/moderate/health/<slug>"): Line("body", 200, "see"),
    ("GET", "/moderate/health/<slug>/<kind>"): Line("body", 200, "see"),
    ("GET", "/moderate/find"): Line("", 200, "edit"),
    ("GET", "/moderate/new"): Line("", 200, "edit"),
    ("POST", "/moderate/new"): Line("", 422, "edit"),
    ("GET", "/moderate/duplicates"): Line("", 200, "edit"),
    ("GET", "/moderate/audit"): Line("", 200, "see"),
    ("GET", "/moderate/audit.csv"): Line("", 200, "see"),
    ("GET", "/moderate/trees/<place>"): Line("tree", 200, "site"),
    ("POST", "/moderate/trees/<place>"): Line("tree", 400, "site"),
    ("GET", "/moderate/trees/<place>/<int:number>"): Line("tree", 200, "site"),
    ("POST", "/moderate/trees/<place>/<int:number>"): Line("tree", 400, "site"),
    ("POST", "/moderate/trees/<place>/<int:number>/merge"): Line("tree", 400, "site"),
    ("GET", "/moderate/words/<place>"): Line("words", 200, "site"),
    ("POST", "/moderate/words/<place>"): Line("words", 400, "site"),
    ("GET", "/moderate/words/<place>/<int:number>"): Line("words", 200, "site"),
    ("POST", "/moderate/words/<place>/<int:number>"): Line("words", 400, "site"),
    ("GET", "/moderate/sources"): Line("", 200, "see"),
    ("GET", "/moderate/sources/new"): Line("", 200, "sources"),
    ("POST", "/moderate/sources/new"): Line("", 400, "sources"),
    ("GET", "/moderate/sources/<int:number>"): Line("source", 200, "see"),
    ("POST", "/moderate/sources/<int:number>/refresh"): Line("source", 303, "sources"),
    ("POST", "/moderate/sources/<int:number>/upload"): Line("source", 400, "sources"),
    ("GET", "/moderate/sources/<int:number>/change"): Line("source", 200, "sources"),
    ("POST", "/moderate/sources/<int:number>/change"): Line("source", 400, "sources"),
    ("GET", "/moderate/sources/<int:number>/remove"): Line("source", 200, "sources"),
    ("POST", "/moderate/sources/<int:number>/remove"): Line("source", 400, "sources"),
    ("GET", "/moderate/sources/<int:number>/restore"): Line("removed_source", 200, "sources"),
    ("POST", "/moderate/sources/<int:number>/restore"): Line("removed_source", 400, "sources"),
    ("GET", "/moderate/sources/<int:number>/refreshes/<int:run>"): Line("refresh", 200, "see"),
    ("POST", "/moderate/sources/<int:number>/refreshes/<int:run>/decide"): Line("refresh", 400, "edit"),
    ("POST", "/moderate/sources/<int:number>/refreshes/<int:run>/merge"): Line("refresh", 400, "edit"),
    ("GET", "/moderate/sources/<int:number>/refreshes/<int:run>/roll-back"): Line("refresh", 200, "edit"),
    ("POST", "/moderate/sources/<int:number>/refreshes/<int:run>/roll-back"): Line("refresh", 400, "edit"),
    ("GET", "/account/people"): Line("", 200, "invite"),
    ("POST", "/account/people"): Line("", 400, "invite"),
    ("POST", "/account/people/roles/<int:number>/revoke"): Line("role", 303, "invite"),
    ("POST", "/account/people/<int:number>/name"): Line("person", 303, "site"),
    ("POST", "/account/people/<int:number>/deactivate"): Line("person", 303, "site"),
    ("POST", "/account/people/acts/<int:number>/undo"): Line("role_act", 303, "invite"),
}

#: Lists of the whole site.
WHOLE = {"/moderate/trees/<place>", "/moderate/words/<place>"}
INVITING = {"administrator", "body_administrator"}
DISTINCT = iter(range(1, 10**6))


@pytest.fixture
def desk(served_desk: Desk) -> Desk:
    return served_desk


def routes_of(app: Flask) -> set[Route]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_m3_every_route_of_the_site_has_a_line(site: Flask) -> None:
    tables = [set(ANYBODY), set(SECRETS), set(DOORS), set(OWN_ACCOUNT), set(THINGS), set(QUEUE_ROUTES)]
    known = set().union(*tables)
    assert routes_of(site) - known == set(), "These routes have no line that says who may."
    assert known - routes_of(site) == set(), "These lines are of routes that are gone."
    assert sum(map(len, tables)) == len(known), "A route has a line in two tables."


def ask(
    client: FlaskClient, method: str, path: str, token: str, query: dict[str, str] | None = None
) -> tuple[int, str]:
    given = (
        client.get(path, query_string=query)
        if method == "GET"
        else client.post(path, data={"csrf_token": token, **(query or {})})
    )
    given.get_data()
    return given.status_code, given.headers.get("Location", "")


def token_for(client: FlaskClient, role: str) -> str:
    return token_of(client.get(SIGN_IN if role == "nobody" else "/account").text)


def test_m3_what_anybody_may_ask_for_is_the_same_for_every_role(desk: Desk) -> None:
    slug = desk.listing("own").slug
    for role in ROLES:
        client = desk.client(role)
        assert answered(client, token_for(client, role), slug) == ANYBODY, role


def answered(client: FlaskClient, token: str, slug: str) -> dict[Route, int]:
    """The status of every route of `ANYBODY`."""
    filled = {"slug": slug, "digest": "0" * 8, "path:name": "x.css", "int:number": "1", "data_format": "json"}
    found: dict[Route, int] = {}
    for method, rule in ANYBODY:
        path = rule.replace("<slug>", "aa") if rule.startswith("/programs") else rule
        path = path.replace("<slug>", "texas") if rule.startswith("/regions") else path
        path = re.sub(r"<any\(.*\):what>", "problem", path)
        path = re.sub(r"<([^>]+)>", lambda found: filled[found[1]], path)
        found[method, rule] = ask(client, method, path, token)[0]
    return found


def test_m3_a_secret_that_nobody_was_mailed_opens_nothing(desk: Desk) -> None:
    clients = {role: desk.client(role) for role in ROLES}
    tokens = {role: token_for(client, role) for role, client in clients.items()}
    for role, (method, rule) in product(ROLES, SECRETS):
        client, token = clients[role], tokens[role]
        path = re.sub(r"<any\(.*\):what>", "close", rule).replace("<int:number>", "1").replace("<secret>", "x" * 22)
        assert ask(client, method, path, token)[0] == 404, (role, method, rule)


def test_m3_an_account_is_its_owners_alone(desk: Desk) -> None:
    nobody = desk.client("nobody")
    token = token_for(nobody, "nobody")
    for method, rule in OWN_ACCOUNT:
        status, leads = ask(nobody, method, rule.replace("<int:number>", "1"), token)
        assert (status, leads.startswith(SIGN_IN)) == (303, True), (method, rule)
    for method, rule in DOORS:
        assert ask(desk.client("nobody"), method, rule, token)[0] in {200, 303, 400}, (method, rule)
    with desk.database.reading() as session:
        theirs = session.execute(select(SignedIn.id).where(SignedIn.user_id == desk.users["other"])).scalar_one()
    for role in ("administrator", "moderator"):
        client = desk.client(role)
        assert ask(client, "POST", f"/account/sessions/{theirs}/end", token_for(client, role))[0] == 404, role
    assert desk.client("other").get("/account").status_code == 200


class Thing:
    """Something of a body, made anew for one request: what its path and its question hold."""

    def __init__(self, desk: Desk, kind: str, state: str) -> None:
        self.path: dict[str, str] = {"place": "bodies", "kind": "never", "number": "99999", "slug": "no-such-thing"}
        self.query: dict[str, str] = {}
        if kind:
            getattr(self, f"_{kind}")(desk, state)

    def address(self, rule: str) -> str:
        """The path of *rule* for this thing."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: self.path[found[1]], rule)

    def _listed(self, desk: Desk, state: str) -> tuple[int, int, int, str] | None:
        """A listing with a place and a group of its own, of the body that it has come to."""
        if state == "none":
            return None
        number = next(DISTINCT)
        start = {"moved": "own", "moved_in": "foreign"}.get(state, OBJECTS[state])
        location, group = a_location(street=f"{number} Example Street"), GroupDraft(name=f"Group {number}")
        meeting = desk.listing(start, location=location, group=group)
        with desk.database.unit_of_work() as session:
            if state in {"moved", "moved_in"}:
                entrust(session, meeting.id, desk.bodies[OBJECTS[state]])
        return meeting.id, meeting.location_id or 0, meeting.group_id or 0, meeting.slug

    def _listing(self, desk: Desk, state: str) -> None:
        found = self._listed(desk, state)
        self.path["slug"] = found[3] if found else "no-such-thing"

    def _place(self, desk: Desk, state: str) -> None:
        found = self._listed(desk, state)
        self.path["number"] = str(found[1]) if found else "99999"

    def _group(self, desk: Desk, state: str) -> None:
        found = self._listed(desk, state)
        self.path["number"] = str(found[2]) if found else "99999"

    def _group_pair(self, desk: Desk, state: str) -> None:
        one, other = self._listed(desk, state), self._listed(desk, state)
        self.path |= {"number": str(one[2]) if one else "99999", "into": str(other[2]) if other else "99998"}

    def _group_contact(self, desk: Desk, state: str) -> None:
        """Somebody who answers for a group."""
        self._group(desk, state)
        self.path["contact"] = "99999"
        if OBJECTS[state]:
            with desk.database.unit_of_work() as session:
                row = Contact(group_id=int(self.path["number"]), email="robin@example.org")
                session.add(row)
                session.flush()
                self.path["contact"] = str(row.id)

    def _wide(self, desk: Desk, state: str) -> None:
        """A change of a place that waits for a second moderator."""
        found = self._listed(desk, state)
        if found:
            with desk.database.unit_of_work() as session:
                held = location_of(session, found[1])
                row = WideAct(
                    kind="place",
                    target=found[1],
                    asked=audited_place(replace(held, notes="Ring twice")),
                    seen=location_key(held),
                    reason="A new bell",
                    listings=21,
                    status=BulkStatus.WAITING,
                    asked_by=a_user(session),
                    asked_at=NOW,
                )
                session.add(row)
                session.flush()
                self.path["number"] = str(row.id)

    def _pair(self, desk: Desk, state: str) -> None:
        one, other = self._listed(desk, state), self._listed(desk, state)
        self.query = {"one": one[3] if one else "no-such", "other": other[3] if other else "no-such-either"}

    def _act(self, desk: Desk, state: str) -> None:
        found = self._listed(desk, state)
        if found:
            with desk.database.unit_of_work() as session:
                unpublish(session, found[0], actor="user:1", reason="closed", now=NOW)
                self.path["number"] = str(_last(session))

    def _body(self, desk: Desk, state: str) -> None:
        if OBJECTS[state]:
            with desk.database.reading() as session:
                self.path["slug"] = session.get_one(ServiceBody, desk.bodies[OBJECTS[state]]).slug

    def _tree(self, desk: Desk, state: str) -> None:
        self.path["number"] = str(desk.bodies[OBJECTS[state]]) if OBJECTS[state] else "99999"

    def _source(self, desk: Desk, state: str) -> None:
        """A source of the body that it has come to."""
        self.path["run"] = "99999"
        if OBJECTS[state]:
            with desk.database.unit_of_work() as session:
                name, url = f"Source {next(DISTINCT)}", "https://feeds.example.org/meetings.json"
                body = desk.bodies[OBJECTS[state]]
                row = Source(name=name, url=url, kind="meeting-guide", program="aa", service_body_id=body)
                session.add(row)
                session.flush()
                self.path["number"] = str(row.id)

    def _removed_source(self, desk: Desk, state: str) -> None:
        """A source that was removed."""
        self._source(desk, state)
        if OBJECTS[state]:
            with desk.database.unit_of_work() as session:
                remove_source(session, int(self.path["number"]), keep=True, by="operator", reason="", now=NOW)

    def _refresh(self, desk: Desk, state: str) -> None:
        """A refresh of which a change waits."""
        self._source(desk, state)
        if OBJECTS[state]:
            with desk.database.unit_of_work() as session:
                number = int(self.path["number"])
                row = SourceRun(source_id=number, state=RunState.PROPOSED, at=NOW, asked_by="worker", new=1)
                session.add(row)
                session.flush()
                session.add(SourceChange(run_id=row.id, kind=ChangeKind.NEW, title="Larks"))
                self.path["run"] = str(row.id)

    def _words(self, desk: Desk, state: str) -> None:
        del desk
        self.path |= {"place": "formats", "number": "1" if OBJECTS[state] else "99999"}

    def _role(self, desk: Desk, state: str) -> None:
        if OBJECTS[state]:
            with desk.database.unit_of_work() as session:
                user = a_user(session, role=Role.READER, body=desk.bodies[OBJECTS[state]])
                self.path["number"] = str(session.execute(select(Grant.id).where(Grant.user_id == user)).scalar_one())

    def _person(self, desk: Desk, state: str) -> None:
        if OBJECTS[state]:
            with desk.database.unit_of_work() as session:
                self.path["number"] = str(a_user(session, role=Role.READER, body=desk.bodies[OBJECTS[state]]))

    def _role_act(self, desk: Desk, state: str) -> None:
        if OBJECTS[state]:
            self._role(desk, state)
            client = desk.client("administrator")
            path = f"/account/people/roles/{self.path['number']}/revoke"
            assert ask(client, "POST", path, token_for(client, "administrator"))[0] == 303
            with desk.database.reading() as session:
                self.path["number"] = str(_last(session))


def _last(session: Session) -> int:
    return session.execute(select(AuditEntry.id).order_by(AuditEntry.id.desc())).scalars().first() or 0


def expected(role: str, line: Line, rule: str, state: str) -> tuple[int, str]:
    """The exact status for a role, and where a redirect has to lead."""
    if role == "nobody":
        return 303, SIGN_IN
    if role == "weak" and line.right in {"edit", "contacts"}:
        return 303, SECOND_STEP
    owner, covered = OBJECTS[state], COVERS.get(role, set())
    theirs = {
        "site": role == "administrator" and (bool(owner) or rule in WHOLE),
        "contacts": True,
        "invite": role in INVITING and (not line.thing or owner in covered),
        "sources": role in INVITING and (not line.thing or owner in covered),
    }.get(line.right, role != "reader" and (not line.thing or owner in covered))
    return (line.status if theirs else 404), ""


@pytest.mark.one_database  # who may do what is decided above it
def test_m3_every_thing_gives_every_role_exactly_what_is_theirs(desk: Desk) -> None:
    states = [each for each in OBJECTS if each != "closed"]
    for role in ROLES:
        client = desk.client(role)
        token = token_for(client, role)
        for ((method, rule), line), state in product(THINGS.items(), states):
            thing = Thing(desk, line.thing, state)
            status, leads = ask(client, method, thing.address(rule), token, thing.query)
            wanted, to = expected(role, line, rule, state)
            assert status == wanted, (role, method, rule, state)
            assert not to or leads.startswith(to), (role, method, rule, state, leads)
