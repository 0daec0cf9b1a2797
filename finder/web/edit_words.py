"""Direct editing for administrators: programs and formats are made, and what people read of them is changed."""

from http import HTTPStatus

from flask import Response, request

from finder.accounts.permissions import Viewer
from finder.directory.words_edit import (
    FORMATS,
    PROGRAMS,
    Words,
    all_entries,
    entry_of,
    refuse_stale,
    revise_words,
    state_of,
    words_of,
)
from finder.directory.words_make import make_entry
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.review.editing import history
from finder.web.account_page import blamed, go
from finder.web.edit_page import new_blueprint, page
from finder.web.forms.edit import FormatForm, NewFormatForm, NewProgramForm, ProgramForm
from finder.web.identity import require
from finder.web.parts import parts
from finder.web.presenters.edit import history_lines

blueprint = new_blueprint("edit_words")

#: How programs and formats are called in addresses -> what they are, and their form.
PLACES: dict[str, tuple[Words, type[ProgramForm] | type[FormatForm]]] = {
    "programs": (PROGRAMS, ProgramForm),
    "formats": (FORMATS, FormatForm),
}
NEW: dict[str, type[NewProgramForm] | type[NewFormatForm]] = {"programs": NewProgramForm, "formats": NewFormatForm}


def _allowed(place: str) -> tuple[Viewer, Words, type[ProgramForm] | type[FormatForm]]:
    viewer = require(Right.MANAGE_SITE, None)
    if place not in PLACES:
        raise NotFoundError("This page is not here.")
    return viewer, *PLACES[place]


@blueprint.get("/moderate/words/<place>")
def entries(place: str) -> Response:
    """Every program or format, with the way to change it, and the form for a new one."""
    _allowed(place)
    return _entries(place, NEW[place]())


def _entries(place: str, form: NewProgramForm | NewFormatForm) -> Response:
    _, words, _ = _allowed(place)
    with parts().database.reading() as register:
        found = all_entries(register, words)
    fields = [form[name] for name in form.ORDER]
    return page("entries", form, here=place, kind=words.kind, entries=found, form=form, fields=fields)


@blueprint.post("/moderate/words/<place>")
def add(place: str) -> Response:
    """Make a program or format that was not there."""
    viewer, words, _ = _allowed(place)
    held, form = parts(), NEW[place](request.form)
    try:
        if form.validate():
            said = {name: form[name].data or "" for name in words.fields}
            act = {"actor": f"user:{viewer.user_id}", "reason": form.reason.data, "now": held.clock()}
            with held.database.unit_of_work() as register:
                number = make_entry(register, words, said, sort=form.chosen(), **act)
            return go(f"/moderate/words/{place}/{number}", f"The {words.kind} is there now, for every form and search.")
    except BadInputError as error:
        blamed(form, error)
    return _entries(place, form)


@blueprint.get("/moderate/words/<place>/<int:number>")
def entry(place: str, number: int) -> Response:
    """One program or format, with the form to change its words."""
    return _entry(place, number, None)


def _entry(place: str, number: int, form: ProgramForm | FormatForm | None, *, stale: str = "") -> Response:
    _, words, kind = _allowed(place)
    with parts().database.reading() as register:
        present = words_of(entry_of(register, words, number), words)
        acts = history_lines(history(register, words.kind, number), now=parts().clock())
    shown = form or kind(data={**present, "seen": state_of(present)})
    if stale:
        shown.seen.data = state_of(present)
    return page(
        "entry",
        shown,
        status=HTTPStatus.CONFLICT if stale else HTTPStatus.OK,
        here=place,
        number=number,
        name=present["name"],
        fields=[shown[name] for name in words.fields],
        form=shown,
        stale=stale,
        present=[(shown[name].label.text, text) for name, text in present.items() if shown[name].data != text],
        history=acts,
    )


@blueprint.post("/moderate/words/<place>/<int:number>")
def change(place: str, number: int) -> Response:
    """Change what people read of a program or format."""
    viewer, words, kind = _allowed(place)
    held, form = parts(), kind(request.form)
    if not form.validate():
        return _entry(place, number, form)
    said = {name: form[name].data or "" for name in words.fields}
    try:
        with held.database.unit_of_work() as register:
            refuse_stale(register, words, number, seen=form.seen.data or "")
            act = {"actor": f"user:{viewer.user_id}", "reason": form.reason.data, "now": held.clock()}
            revise_words(register, words, number, said, **act)
    except BadInputError as error:
        blamed(form, error)
        return _entry(place, number, form)
    except StaleError as error:
        return _entry(place, number, form, stale=str(error))
    return go(f"/moderate/words/{place}/{number}", f"The {words.kind} is changed.")
