"""Sources are added, changed and removed, by whoever steers them and has shown lately that it is them."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response, request

from finder.accounts.permissions import Viewer
from finder.directory.revert import TooLateError
from finder.domain.errors import BadInputError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.domain.sources import SourcePolicy
from finder.review import sourcing
from finder.review.own_bodies import own_bodies
from finder.sources.asking import UPLOADS, drop_upload, upload_of
from finder.sources.removing import listings_of
from finder.sources.restoring import RemovedSource
from finder.sources.shown import ShownSource
from finder.web.account_page import blamed, go
from finder.web.edit_page import new_blueprint, page
from finder.web.edit_wide import WAITS, WIDE
from finder.web.forms.sources import POLICIES, REMOVED, RULES, SHORT_RULES, RemoveForm, RestoreForm, SourceForm
from finder.web.identity import require_anywhere, require_fresh
from finder.web.moderate_page import labels, letterhead
from finder.web.parts import parts
from finder.web.presenters.edit import paths
from finder.web.presenters.moderate_words import when
from finder.web.presenters.sources import SOURCES, changed_settings, is_asked

blueprint = new_blueprint("sources_edit")
CHANGED = "The source is changed. What it says is compared anew when it is read next."
CHANGED_NOW = "The source is changed. The worker reads it next: look again in a moment."
ADDED = "The source is here. Have it read now, or wait for its time."


def _steering() -> Viewer:
    """The viewer, who steers sources somewhere, by second factor, and has shown lately that it is them."""
    viewer = require_anywhere(Right.MANAGE_SOURCES)
    require_fresh()
    return viewer


def _steered(number: int) -> tuple[Viewer, ShownSource]:
    viewer = _steering()
    with parts().database.reading() as session:
        sourcing.steered(session, number, by=viewer)
        return viewer, sourcing.source_for(session, number, viewer=viewer)


def _uploads() -> Path:
    return parts().settings.data_dir / UPLOADS


def _offer(form: SourceForm, viewer: Viewer) -> None:
    with parts().database.reading() as session:
        bodies = paths(own_bodies(session, viewer, Right.MANAGE_SOURCES))
    programs = [(slug, str(entry["name"])) for slug, entry in labels().programs.items()]
    form.offer(programs, bodies, none=viewer.administrator)


def _said(form: SourceForm, viewer: Viewer) -> dict[str, Any]:
    """Who adds or changes a source, why and when, and from which private addresses tests may have one read."""
    held = parts()
    return {"by": viewer, "reason": form.reason.data, "now": held.clock(), "allow": held.settings.feed_allow}


def _form(form: SourceForm, viewer: Viewer, held: ShownSource | None = None, *, stale: str = "") -> Response:
    _offer(form, viewer)
    names = {slug: str(entry["name"]) for slug, entry in labels().programs.items()}
    differs = changed_settings(form.draft(), held.settings, body=held.body, names=names) if stale and held else []
    return page(
        "source",
        form,
        status=HTTPStatus.CONFLICT if stale else HTTPStatus.OK,
        form=form,
        held=held,
        stale=stale,
        differs=differs,
        rules={rule.value: words for rule, words in SHORT_RULES.items()},
        whole={rule.value: words for rule, words in RULES.items()},
        policies=POLICIES,
    )


@blueprint.get(f"{SOURCES}/new")
def new() -> Response:
    """The form of a source that is not there yet."""
    data = {"policy": SourcePolicy.PROPOSE.value, "every_min": "1440", "field_rules": "ask"}
    return _form(SourceForm(data=data), _steering())


@blueprint.post(f"{SOURCES}/new")
def add() -> Response:
    """Make a source."""
    viewer, form = _steering(), SourceForm(request.form)
    _offer(form, viewer)
    try:
        if form.validate():
            said = _said(form, viewer)
            with parts().database.unit_of_work() as session:
                number = sourcing.add(session, form.draft(), **said)
            drop_upload(_uploads(), number, upload_of(_uploads(), number))  # of one that had this number before
            return go(f"{SOURCES}/{number}", ADDED)
    except BadInputError as error:
        blamed(form, error)
    return _form(form, viewer)


@blueprint.get(f"{SOURCES}/<int:number>/change")
def settings(number: int) -> Response:
    """The form of a source as it is."""
    viewer, held = _steered(number)
    return _form(SourceForm.of(held.settings, held.seen), viewer, held)


@blueprint.post(f"{SOURCES}/<int:number>/change")
def change(number: int) -> Response:
    """Give a source other settings."""
    viewer, held = _steered(number)
    form = SourceForm(request.form, rules=held.settings.field_rules)
    _offer(form, viewer)
    try:
        if form.validate():
            said = _said(form, viewer)
            with parts().database.unit_of_work() as session:
                sourcing.change(session, number, form.draft(), seen=form.seen.data or "", **said)
                asked = is_asked(sourcing.source_for(session, number, viewer=viewer), now=said["now"])
            return go(f"{SOURCES}/{number}", CHANGED_NOW if asked else CHANGED)
    except BadInputError as error:
        blamed(form, error)
    except StaleError as error:
        form.seen.data = held.seen
        return _form(form, viewer, held, stale=str(error))
    return _form(form, viewer, held)


@blueprint.get(f"{SOURCES}/<int:number>/remove")
def removal(number: int) -> Response:
    """What removing a source would do, and the form for it."""
    _, held = _steered(number)
    return _removal(RemoveForm(), held)


def _removal(form: RemoveForm, held: ShownSource) -> Response:
    with parts().database.reading() as session:
        staying = len(listings_of(session, held.id).staying)
    return page("source_remove", form, form=form, held=held, staying=staying, choices=REMOVED)


@blueprint.post(f"{SOURCES}/<int:number>/remove")
def remove(number: int) -> Response:
    """Remove a source; its listings stay, or go with it."""
    viewer, held = _steered(number)
    form = RemoveForm(request.form)
    if not form.validate():
        return _removal(form, held)
    said = {"by": viewer, "reason": form.reason.data, "now": parts().clock()}
    with parts().database.unit_of_work() as session:
        going = len(listings_of(session, number).going)
        outcome = sourcing.remove(session, number, keep=form.keep.data == "keep", letterhead=letterhead(), **said)
    if outcome.waits:
        return go(f"{WIDE}/{outcome.waits}", WAITS.format(going))
    return go(SOURCES, f"{held.settings.name} is removed. For 30 days it can be restored.")


@blueprint.get(f"{SOURCES}/<int:number>/restore")
def restoration(number: int) -> Response:
    """What restoring a removed source would do, and the form for it."""
    return _restoration(RestoreForm(), _removed(number)[1])


def _removed(number: int) -> tuple[Viewer, RemovedSource]:
    viewer = _steering()
    with parts().database.reading() as session:
        return viewer, sourcing.removed_one(session, number, viewer=viewer)


def _restoration(form: RestoreForm, held: RemovedSource, *, status: int = HTTPStatus.OK) -> Response:
    removed = when(held.removed_at, parts().clock())
    return page("source_restore", form, status=status, form=form, held=held, removed=removed)


@blueprint.post(f"{SOURCES}/<int:number>/restore")
def restore(number: int) -> Response:
    """Have a removed source back, with the listings that left the finder with it."""
    viewer, held = _removed(number)
    form = RestoreForm(request.form)
    if not form.validate():
        return _restoration(form, held)
    said = {"by": viewer, "reason": form.reason.data, "now": parts().clock()}
    try:
        with parts().database.unit_of_work() as session:
            outcome = sourcing.restore(session, number, letterhead=letterhead(), **said)
    except BadInputError as error:
        return _restoration(blamed(form, error), held)
    except TooLateError as error:
        return _restoration(blamed(form, BadInputError("reason", str(error))), held)
    if outcome.waits:
        return go(f"{WIDE}/{outcome.waits}", WAITS.format(held.listings))
    return go(f"{SOURCES}/{number}", "The source is back.")
