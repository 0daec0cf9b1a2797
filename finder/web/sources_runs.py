"""One refresh of a source: what it would change, deciding about all or part of it, and taking it back whole."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, request
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.revert import TooLateError
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import AlreadyDecidedError, StaleError
from finder.domain.roles import Right
from finder.domain.sourced import is_field
from finder.domain.sources import ChangeKind, ChangeState
from finder.review import sourcing
from finder.review.sourcing import Wanted
from finder.review.wide import Outcome
from finder.sources.rolling_back import count_applied
from finder.sources.runs import clashing
from finder.sources.shown import ShownRun
from finder.sources.shown_changes import PER_PAGE, all_at_once, open_ids, show_changes, titles_of
from finder.sources.wording import counted
from finder.web.account_page import blamed, go
from finder.web.edit_wide import WIDE
from finder.web.forms.moderate import read_number
from finder.web.forms.sources import RollBackForm
from finder.web.identity import require_anywhere
from finder.web.moderate_page import labels, letterhead, new_blueprint, now, page
from finder.web.parts import parts
from finder.web.presenters.source_changes import STATES, change_lines
from finder.web.presenters.sources import KINDS, SOURCES, run_line

blueprint = new_blueprint("sources_runs")
RUN = f"{SOURCES}/<int:number>/refreshes/<int:run>"
WAITS = "So many want a second moderator: it waits for one now, who finds it above the queue."
LEFT = "Applied, but for what has changed here meanwhile, or may be here already: look at the rest again."
#: What a moderator presses: whether it applies, and whether it is about all that waits.
BUTTONS = {"apply": (True, False), "apply_all": (True, True), "aside": (False, False), "aside_all": (False, True)}
MOST_CHOSEN = 10_000


def _run(number: int, run: int, viewer: Viewer) -> ShownRun:
    """A refresh of that source that the viewer may look at. Raises NotFoundError."""
    with parts().database.reading() as session:
        found = sourcing.run_for(session, run, viewer=viewer, now=now())
    if found.source_id != number:
        raise NotFoundError("There is no such refresh here.")
    return found


@blueprint.get(RUN)
def one_run(number: int, run: int) -> Response:
    """What a refresh changes."""
    viewer = require_anywhere(Right.SEE_QUEUE)
    return _shown(_run(number, run, viewer), viewer)


def _shown(
    found: ShownRun, viewer: Viewer, *, fault: str = "", status: int = 200, chosen: Sequence[tuple[str, str]] = ()
) -> Response:
    kind, after = _kind(), max(0, read_number(request.args.get("after", "")))
    decides = viewer.may(Right.DECIDE, found.service_body_id)
    with parts().database.reading() as session:
        changes = show_changes(session, found.id, kind=kind, after=after, limit=PER_PAGE + 1)
        clashes = len(clashing(session, found.id)) if found.open and kind in {None, ChangeKind.CHANGED} else 0
        names = sourcing.names_of(session, {found.asked_by, found.decided_by})
        open_here = len(open_ids(session, found.id, kind)) if kind and found.open else found.open
    return page(
        "source_run",
        viewer,
        status=status,
        run=run_line(found, names, now=now()),
        found=found,
        kinds=[
            (each.value, words, found.counts[each])
            for each, words in KINDS.items()
            if each is not ChangeKind.BESIDE or found.counts[each]
        ],
        kind=kind.value if kind else "",
        kind_words=KINDS[kind].lower() if kind else "",
        changes=change_lines(changes[:PER_PAGE], labels(), by=viewer, decides=decides and bool(found.open)),
        decides=decides,
        open_here=open_here if kind is not ChangeKind.REFUSED else 0,
        clashes=clashes,
        after=after,
        more=changes[PER_PAGE - 1].id if len(changes) > PER_PAGE else 0,
        fault=fault,
        chosen=chosen,
        ticked=frozenset(request.form.getlist("change")[:MOST_CHOSEN]),
        kept=frozenset(request.form.getlist("keep")[:MOST_CHOSEN]),
    )


def _kind() -> ChangeKind | None:
    wanted = request.values.get("kind", "")
    return ChangeKind(wanted) if wanted in set(ChangeKind) else None


@blueprint.post(f"{RUN}/decide")
def decide(number: int, run: int) -> Response:
    """Apply changes of a refresh, or set them aside: those that are ticked, or all that wait."""
    viewer = require_anywhere(Right.DECIDE)
    found = _run(number, run, viewer)
    applies, everything = BUTTONS.get(request.form.get("action", ""), (False, False))
    wanted, clashes = _wanted(found, applies=applies, everything=everything)
    try:
        outcome = _decide(wanted, viewer, applies=applies)
    except BadInputError as error:
        return _shown(found, viewer, fault=error.message, status=400)
    except (StaleError, AlreadyDecidedError) as error:
        fresh = _run(number, run, viewer)
        chosen = _chosen(wanted, applies=applies)
        return _shown(fresh, viewer, fault=str(error), status=HTTPStatus.CONFLICT, chosen=chosen)
    if outcome.waits:
        return go(f"{WIDE}/{outcome.waits}", WAITS)
    return go(
        f"{SOURCES}/{number}/refreshes/{run}",
        _told(_run(number, run, viewer), wanted, applies=applies, clashes=clashes),
    )


def _wanted(found: ShownRun, *, applies: bool, everything: bool) -> tuple[Wanted, int]:
    """What is decided about: of one kind, or ticked, or (None) all that waits; and how many wait for a choice then.

    Those touch what was edited here as well: nobody overwrites it without having looked at it.
    """
    seen, kind, keep = read_number(request.form.get("revision", "")), _kind(), _kept()
    if not everything:
        ticked = [read_number(each) for each in request.form.getlist("change")[:MOST_CHOSEN]]
        return Wanted(run=found.id, seen=seen, changes=ticked, keep=keep), 0
    with parts().database.reading() as session:
        if applies:
            changes, left = all_at_once(session, found.id, kind, looked_at={number for number, _ in keep})
        else:
            changes, left = None if kind is None else open_ids(session, found.id, kind), 0
    return Wanted(run=found.id, seen=seen, changes=changes, keep=keep), left


def _kept() -> list[tuple[int, str]]:
    """The fields that stay as they are here, each with the number of its change."""
    told = [each.partition(":") for each in request.form.getlist("keep")[:MOST_CHOSEN]]
    return [(read_number(number), name) for number, _, name in told if is_field(name)]


def _decide(wanted: Wanted, viewer: Viewer, *, applies: bool) -> Outcome:
    if wanted.changes is not None and not wanted.changes:
        raise BadInputError("changes", "Tick at least one change that still waits.")
    with parts().database.unit_of_work() as session:
        if applies:
            return sourcing.apply(session, wanted, by=viewer, letterhead=letterhead(), now=now())
        return Outcome(done=sourcing.put_aside(session, wanted, by=viewer, now=now()))


def _told(fresh: ShownRun, wanted: Wanted, *, applies: bool, clashes: int) -> str:
    if clashes:
        held = counted(
            clashes, "change touches what was edited here and waits", "changes touch what was edited here and wait"
        )
        return f"Applied. {held}: choose whose word holds."
    if not applies:
        return "Set aside: it is not proposed again while the source says the same."
    if wanted.changes is None:
        left = bool(fresh.open)
    else:
        with parts().database.reading() as session:
            now = titles_of(session, wanted.run, wanted.changes)
        left = any(state is ChangeState.OPEN for _, state in now)
    return LEFT if left else "Applied. It can be rolled back for 30 days."


def _chosen(wanted: Wanted, *, applies: bool) -> list[tuple[str, str]]:
    """What somebody chose, and what has become of each since."""
    with parts().database.reading() as session:
        found = titles_of(session, wanted.run, sorted(wanted.changes or ())[:PER_PAGE])
    words = "Apply" if applies else "Set aside"
    return [(f"{words}: {title or 'Without a name'}", STATES[state]) for title, state in found]


@blueprint.post(f"{RUN}/merge")
def merge(number: int, run: int) -> Response:
    """A new row is a listing that another source has already: make them one."""
    viewer = require_anywhere(Right.DECIDE)
    found = _run(number, run, viewer)
    change, into, seen = (read_number(request.form.get(name, "")) for name in ("change", "into", "revision"))
    try:
        with parts().database.unit_of_work() as session:
            _refuse_others(session, run, change)
            sourcing.merge(session, change, into=into, seen=seen, by=viewer, now=now())
    except BadInputError as error:
        return _shown(found, viewer, fault=error.message, status=400)
    except (StaleError, AlreadyDecidedError) as error:
        return _shown(_run(number, run, viewer), viewer, fault=str(error), status=HTTPStatus.CONFLICT)
    return go(f"{SOURCES}/{number}/refreshes/{run}", "They are one listing now, and stay it over refreshes.")


def _refuse_others(session: Session, run: int, change: int) -> None:
    if not titles_of(session, run, [change]):
        raise BadInputError("changes", "Choose a new listing that still waits.")


@blueprint.get(f"{RUN}/roll-back")
def second_look(number: int, run: int) -> Response:
    """What rolling a refresh back would do, before anything is done."""
    viewer = require_anywhere(Right.DECIDE)
    found = _run(number, run, viewer)
    return _rolling(found, viewer, RollBackForm(data={"revision": str(found.revision)}))


def _rolling(found: ShownRun, viewer: Viewer, form: RollBackForm, *, fault: str = "", status: int = 200) -> Response:
    with parts().database.reading() as session:
        sourcing.decided(session, Wanted(run=found.id, seen=found.revision, changes=()), by=viewer)
        names = sourcing.names_of(session, {found.asked_by, found.decided_by})
        count = count_applied(session, found.id)
    status = HTTPStatus.BAD_REQUEST if form.faults and status == HTTPStatus.OK else status
    line = run_line(found, names, now=now())
    return page("source_roll_back", viewer, status=status, found=found, run=line, count=count, form=form, fault=fault)


@blueprint.post(f"{RUN}/roll-back")
def roll_back(number: int, run: int) -> Response:
    """Take back all that a refresh did."""
    viewer, form = require_anywhere(Right.DECIDE), RollBackForm(request.form)
    found = _run(number, run, viewer)
    if not form.validate():
        return _rolling(found, viewer, form)
    seen = read_number(form.revision.data or "")
    try:
        with parts().database.unit_of_work() as session:
            outcome = sourcing.roll_back(
                session, run, seen=seen, by=viewer, reason=form.reason.data, letterhead=letterhead(), now=now()
            )
    except (StaleError, AlreadyDecidedError, TooLateError) as error:
        form.revision.data = str(found.revision)
        return _rolling(found, viewer, form, fault=str(error), status=HTTPStatus.CONFLICT)
    except BadInputError as error:
        return _rolling(found, viewer, blamed(form, error), status=HTTPStatus.BAD_REQUEST)
    if outcome.waits:
        return go(f"{WIDE}/{outcome.waits}", WAITS)
    return go(f"{SOURCES}/{number}/refreshes/{run}", "It is rolled back.")
