"""Every kind of form that a person fills in, each with what is typed into it; and a directory in which all can be sent.

The words in braces in a path are names of things in that directory, which `furnished` gives.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts import links
from finder.accounts.links import Purpose
from finder.accounts.sessions import Device, start
from finder.directory.draft import draft_of
from finder.directory.groups import add_contact
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.domain.listing import ContactDraft, GroupDraft
from finder.domain.review import Action, Kind
from finder.domain.sources import SourcePolicy
from finder.review import correspondence
from finder.review import manage as managing
from finder.review.decisions import decide
from finder.sources.managing import SourceDraft, add_source, change_source
from finder.sources.refresh import Tools, refresh
from finder.sources.removing import remove_source
from finder.store.accounts import Grant, User
from finder.store.review import SavedReply
from finder.store.source import SourceChange
from finder.store.vocabulary import Program
from finder.web.headers import parts_of
from tests.accounts.visitors import PASSWORD, Visitor, Watch, kept_password
from tests.conftest import NOW
from tests.factories import a_location
from tests.review.people import HEAD, a_body, a_request, a_user, an_administrator, looking, secret_mailed, send
from tests.review.test_freshness import remind
from tests.sources.feeds import CATALOGUE, a_feed, a_row
from tests.web.desk import Desk, a_desk
from tests.web.submitting import NEW

SECRET_KEY = "a key of the forms and of nothing else"  # noqa: S105 - of no instance
NEW_PASSWORD = "eleven patient harbours"  # noqa: S105 - of people who do not exist
#: What stands here is typed into a form in words of its own, so that they are known again.
WORDS = "{words}"
WHY = {"reason": WORDS}
ROBIN = {"email": "robin@example.org"}


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form as somebody fills it in.

    ``page`` is where it lies and ``action`` where it goes, the page itself when it is empty; ``typed`` the values typed
    into it; ``button`` the pressed button's name and value. ``secret`` are values that no page may repeat, ``steps``
    its pages: two when the answers are looked over first.
    """

    page: str
    action: str = ""
    who: str = "nobody"
    typed: dict[str, Any] = field(default_factory=dict)
    button: tuple[str, str] | None = None
    secret: dict[str, str] = field(default_factory=dict)
    steps: int = 1


def of_moderators(page: str, action: str = "", **typed: str) -> Form:
    """A form that a moderator fills in."""
    return Form(page=page, action=action, who="moderator", typed=typed)


def of_administrators(page: str, action: str = "", **typed: str) -> Form:
    """A form that an administrator fills in."""
    return Form(page=page, action=action, who="administrator", typed=typed)


def decision(name: str, button: str, **typed: Any) -> Form:  # noqa: ANN401 - what a form holds
    """A moderator's decision about the request of that *name*."""
    path = f"/moderate/{{{name}}}"
    return Form(page=path, action=f"{path}/decide", who="moderator", typed=typed, button=("action", button))


SEND = ("step", "send")
#: What the form of a new meeting does not ask of somebody who answers for its group.
OF_ITS_GROUP = {"group_name", "contact_name", "email"}
SOURCE = {"name": WORDS, "program": "aa", "policy": "propose", "every_min": "0", "reason": "A vote"}
FORMS: dict[str, Form] = {
    "new meeting": Form(page="/submit", typed={**NEW, "notes": WORDS}, button=SEND, steps=2),
    "change": Form(page="/meetings/larkspur/change", typed={**ROBIN, "notes": WORDS}, button=SEND, steps=2),
    "dates": Form(
        page="/meetings/larkspur/dates",
        typed={**ROBIN, "exception_kind": "cancelled", "first_date": "2026-12-22", "public_note": WORDS},
        button=SEND,
        steps=2,
    ),
    "close": Form(page="/meetings/larkspur/close", typed={**ROBIN, "note": WORDS}),
    "still right": Form(page="/meetings/larkspur/confirm", typed={**ROBIN, "note": WORDS}),
    "problem": Form(page="/meetings/larkspur/problem", typed={"problem": "door_locked", "note": WORDS}),
    "proof of an address": Form(page="/prove/{unproven}"),
    "answer to moderators": Form(page="/status/{answered}", action="/status/{answered}/answer", typed={"text": WORDS}),
    "withdrawal": Form(page="/status/{withdrawn}", action="/status/{withdrawn}/withdraw"),
    "link for a group": Form(page="/manage", typed={"email": "group@example.org"}),
    "opening of the link": Form(page="/manage/{link}"),
    "confirmation by a group": Form(page="/managing/{opened}", action="/managing/{opened}/confirm/{grouped}"),
    "change by a group": Form(page="/managing/{opened}/{grouped}/change", typed={"notes": WORDS}, button=SEND, steps=2),
    "new meeting of a group": Form(
        page="/managing/{opened}/groups/{answered_for}/new",
        typed={**{name: value for name, value in NEW.items() if name not in OF_ITS_GROUP}, "notes": WORDS},
        button=SEND,
        steps=2,
    ),
    "answer to a reminder": Form(page="/confirm/{reminder}"),
    "question": decision("questioned", "ask", text=WORDS),
    "rejection": decision("rejected", "reject", text=WORDS),
    "approval": decision("approved", "approve"),
    "approval of a part, in other words": decision("parted", "approve", take=["notes"], **{"edit-notes": WORDS}),
    "undoing an approval": of_moderators("/moderate/{done}", "/moderate/{done}/undo", **WHY),
    "being on it": of_moderators("/moderate/{claimed}", "/moderate/{claimed}/claim"),
    "approval of many": of_moderators("/moderate/bulk?take={first}&take={other}", "/moderate/bulk"),
    "listing by a moderator": of_moderators(
        "/moderate/new", **{**NEW, "name": "Lantern Noon", "start": "12:30", "notes": WORDS, "body": "{own}", **WHY}
    ),
    "saved reply": of_moderators("/moderate/replies", title="For later", text=WORDS, body="{own}"),
    "removing a reply": of_moderators("/moderate/replies", "/moderate/replies/{reply}/delete"),
    "edited listing": of_moderators("/moderate/listing/edited/edit", notes=f"Two lines:\n{WORDS}", reason="They rang"),
    "dates of a listing": of_moderators(
        "/moderate/listing/one/dates",
        "/moderate/listing/one/dates",
        exception_kind="cancelled",
        first_date="2026-12-24",
        public_note=WORDS,
        reason="They rang",
    ),
    "closing a listing": of_moderators(
        "/moderate/listing/closing/dates", "/moderate/listing/closing/close", close_reason=WORDS
    ),
    "new format": of_administrators("/moderate/words/formats", name=WORDS, sort="style", reason="A vote"),
    "taking a rejection back": of_moderators("/moderate/{refused}", "/moderate/{refused}/undo", **WHY),
    "undoing an act": of_moderators("/moderate/listing/revised", "/moderate/listing/revised/undo", **WHY),
    "place": of_moderators("/moderate/place/{place}", notes=WORDS, reason="They rang"),
    "closed place": of_moderators(
        "/moderate/place/{closed}", "/moderate/place/{closed}/close", first_date="2026-12-24", note=WORDS, **WHY
    ),
    "group": of_moderators("/moderate/groups/{group}", notes=WORDS, reason="They rang"),
    "two groups made one": of_moderators("/moderate/groups/{twice}/merge/{once}", **WHY),
    "merging": of_moderators("/moderate/merge?one=one&other=two", "/moderate/merge", keep="one", **WHY),
    "words": of_administrators("/moderate/words/programs/{program}", for_whom=WORDS, reason="It is clearer"),
    "tree": of_administrators("/moderate/trees/bodies/{renamed}", name=WORDS, reason="A vote"),
    "merging in a tree": of_administrators(
        "/moderate/trees/bodies/{gone}", "/moderate/trees/bodies/{gone}/merge", into="{renamed}", **WHY
    ),
    "invitation": of_administrators(
        "/account/people", email="new@example.org", name=WORDS, role="moderator", body="{own}"
    ),
    "role taken back": of_administrators("/account/people", "/account/people/roles/{grant}/revoke", **WHY),
    "corrected name": of_administrators("/account/people", "/account/people/{reader}/name", name="Raven", **WHY),
    "new source": of_administrators("/moderate/sources/new", **SOURCE),
    "changed source": of_administrators(
        "/moderate/sources/{source}/change", name=WORDS, policy="propose", reason="A vote"
    ),
    "reading a source": of_administrators("/moderate/sources/{source}", "/moderate/sources/{source}/refresh"),
    "source removed": of_administrators(
        "/moderate/sources/{unwanted}/remove", "/moderate/sources/{unwanted}/remove", keep="keep", **WHY
    ),
    "source restored": of_administrators(
        "/moderate/sources/{removed}/restore", "/moderate/sources/{removed}/restore", **WHY
    ),
    "part of a refresh": Form(
        page="/moderate/sources/{source}/refreshes/{refresh}",
        action="/moderate/sources/{source}/refreshes/{refresh}/decide",
        who="moderator",
        typed={"change": "{change}"},
        button=("action", "aside"),
    ),
    "refresh rolled back": of_moderators(
        "/moderate/sources/{source}/refreshes/{applied}/roll-back",
        "/moderate/sources/{source}/refreshes/{applied}/roll-back",
        **WHY,
    ),
    "details": of_moderators("/account", "/account/details", name=WORDS),
    "other sessions": Form(page="/account", action="/account/sessions/end-others", who="twice"),
    "signing out": Form(page="/account", action="/account/sign-out", who="leaver"),
    "sign-in": Form(page="/account/sign-in", typed={"email": "signing@example.org"}, secret={"password": PASSWORD}),
    "showing who it is": Form(page="/account/confirm", who="member", secret={"password": PASSWORD}),
    "new password": Form(page="/account/password", who="changer", secret={"password": NEW_PASSWORD}),
    "lost password": Form(page="/account/reset", typed={"email": "signing@example.org"}),
    "password by a link": Form(page="/account/reset/{reset}", secret={"password": NEW_PASSWORD}),
    "welcome": Form(page="/account/invitation/{welcome}", typed={"name": WORDS}, secret={"password": NEW_PASSWORD}),
    "second step": Form(page="/account/second-step", who="owner", secret={"code": "{code}"}),
    "passkey": Form(
        page="/account/sign-in", action="/account/sign-in/passkey", secret={"credential": "what a passkey answered"}
    ),
}


def furnished(app: Flask, watch: Watch) -> tuple[dict[str, Any], dict[str, str]]:
    """Fill the database of *app* with what the forms are about: its things by name, and the cookie of each person.

    *app* has the key `SECRET_KEY` and the clock *watch*.
    """
    desk = a_desk(parts_of(app).database)
    things = {**_requests(desk), **_links(desk), **_things(desk), **_sources(desk)}
    people, device = dict(desk.secrets), Device(network="", browser="Firefox")
    with desk.database.unit_of_work() as session:
        for name in ("owner", "member", "changer", "leaver", "twice"):
            number = _somebody(session, kept_password(), f"{name}@example.org")
            people[name] = start(session, number, device, strong=name != "owner", now=NOW)
        start(session, number, device, strong=True, now=NOW)  # a second one, to be ended by the first
    watch.later(minutes=-2)  # each code of an app is taken once: the one of now has not been
    visitor = Visitor(app)
    visitor.sign_in("owner@example.org")
    things["code"] = visitor.code(visitor.enrol(watch), Watch())
    return things, {name: _cookie(secret) for name, secret in people.items()}


def _somebody(session: Session, password: str | None, email: str = "") -> int:
    user = session.get_one(User, a_user(session))
    user.password, user.email = password, email or user.email
    session.flush()
    return user.id


def _cookie(secret: str) -> str:
    app = Flask("cookies")
    app.secret_key = SECRET_KEY
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return f"session={serializer.dumps({'secret': secret})}"


def _things(desk: Desk) -> dict[str, Any]:
    place, closed = (desk.listing("own", location=a_location(name=name)).location_id for name in ("Hall A", "Hall B"))
    group = desk.listing("own", group=GroupDraft(name="Quiet Group")).group_id
    twice, once = (desk.listing("own", group=GroupDraft(name=name)).group_id for name in ("Early Group", "The Early"))
    for slug in ("edited", "one", "two", "closing"):
        desk.listing("own", slug=slug, location=a_location(name=f"Hall of {slug}"), group=GroupDraft(name=slug))
    revised = desk.listing("own", slug="revised")
    with desk.database.unit_of_work() as session:
        draft = draft_of(next(read_register(session, [revised.id])))
        revise(session, revised.id, replace(draft, notes="Otherwise."), actor="test", reason="", now=NOW)
        session.add(SavedReply(title="Old", text="Old words", service_body_id=desk.bodies["own"]))
        session.flush()
        return {
            "own": desk.bodies["own"],
            "reader": desk.users["reader"],
            "place": place,
            "closed": closed,
            "group": group,
            "twice": twice,
            "once": once,
            "renamed": a_body(session, "Lakeside"),
            "gone": a_body(session, "Hillside"),
            "program": session.execute(select(Program.id).where(Program.slug == "aa")).scalar_one(),
            "reply": session.execute(select(SavedReply.id)).scalar_one(),
            "grant": session.execute(select(Grant.id).where(Grant.user_id == desk.users["reader"])).scalar_one(),
        }


def _sources(desk: Desk) -> dict[str, Any]:
    """A source of which one refresh is applied and one waits, and a source that nobody wants."""
    url = "https://feeds.example.org/meetings.json"
    draft = SourceDraft(
        name="Larks",
        kind="meeting-guide",
        program="aa",
        url=url,
        service_body_id=desk.bodies["own"],
        policy=SourcePolicy.PUBLISH,
    )
    said: dict[str, Any] = {"by": "operator", "reason": "", "now": NOW}
    with desk.database.unit_of_work() as session:
        number = add_source(session, draft, **said)
        unwanted = add_source(session, replace(draft, name="Wrens"), **said)
        removed = add_source(session, replace(draft, name="Robins"), **said)
        remove_source(session, removed, keep=True, **said)
    read: dict[str, Any] = {"tools": Tools(catalogue=CATALOGUE, country="US"), "by": "worker", "now": NOW}
    applied = refresh(desk.database, number, payload=a_feed(a_row(1)), **read)
    with desk.database.unit_of_work() as session:
        change_source(session, number, replace(draft, policy=SourcePolicy.PROPOSE), seen=None, **said)
    waits = refresh(desk.database, number, payload=a_feed(a_row(1), a_row(2)), **read)
    with desk.database.reading() as session:
        change = session.execute(select(SourceChange.id).where(SourceChange.run_id == waits.run)).scalar_one()
    sources = {"source": number, "unwanted": unwanted, "removed": removed}
    return {**sources, "applied": applied.run, "refresh": waits.run, "change": change}


def _requests(desk: Desk) -> dict[str, Any]:
    """References of requests, and secrets of the pages on which their senders look at them."""
    desk.listing("own", slug="larkspur")
    found: dict[str, Any] = {}
    for name in ("questioned", "rejected", "approved", "parted", "done", "refused", "claimed", "first", "other"):
        listing = desk.listing("own", slug=f"about-{name}", location=a_location(name=f"Hall of {name}"))
        asked = {"notes": "Ring twice."} | ({"name": "Another name"} if name == "parted" else {})
        found[name] = desk.request(
            Kind.CHANGE, listing, asked, email="" if name in {"first", "other"} else "r@example.org"
        )
    database = desk.database
    with database.unit_of_work() as session:
        viewer = an_administrator(session)
        for name, action in (("done", Action.APPROVE), ("refused", Action.REJECT)):
            decision = looking(session, found[name], action, text="They rang.")
            decide(session, found[name], decision, by=viewer, letterhead=HEAD, now=NOW)
    for name in ("answered", "withdrawn", "unproven"):
        send(database, a_request(email=f"{name}@example.org"))
        found[name] = secret_mailed(database, "prove")
        if name != "unproven":
            with database.unit_of_work() as session:
                found[name] = correspondence.prove(session, found[name], letterhead=HEAD, now=NOW)
    return found


def _links(desk: Desk) -> dict[str, Any]:
    """Secrets that were mailed to a group and to people with accounts."""
    database, found = desk.database, {}
    grouped = desk.listing(
        "own", slug="grouped", group=GroupDraft(name="Courage Together"), confirmed_at=NOW.replace(year=2025)
    )
    with database.unit_of_work() as session:
        add_contact(session, grouped.group_id or 0, ContactDraft(email="group@example.org"))
    for name in ("opened", "link"):
        with database.unit_of_work() as session:
            managing.ask_for_link(session, "group@example.org", letterhead=HEAD, network="", now=NOW)
        found[name] = secret_mailed(database, "manage")
    with database.unit_of_work() as session:
        found["opened"] = managing.open_link(session, found["opened"], now=NOW)
        for name, purpose, kept in (("reset", Purpose.RESET, kept_password()), ("welcome", Purpose.INVITE, None)):
            found[name] = links.issue(session, purpose, _somebody(session, kept), now=NOW)
        _somebody(session, kept_password(), "signing@example.org")
    remind(database)
    return {
        **found,
        "grouped": grouped.id,
        "answered_for": grouped.group_id,
        "reminder": secret_mailed(database, "confirm"),
    }
