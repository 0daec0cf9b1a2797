"""Commands about refreshes: read a source, look at what it changes, take that over, leave it, take it back."""

import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from finder.cli.readiness import ready
from finder.cli.screen import error_screen, progress, screen
from finder.cli.sources_show import changes_table, runs_table
from finder.cli.toolbox import Toolbox
from finder.cli.tools import tools_of
from finder.directory.audit import OPERATOR
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.sourced import is_field
from finder.domain.sources import WAITING, ChangeKind, ChangeState, RunState
from finder.sources.applying import apply, kept_fields, merge_new
from finder.sources.fetch import load_payload
from finder.sources.lookup import source_named
from finder.sources.refresh import refresh as refresh_source
from finder.sources.rolling_back import roll_back
from finder.sources.setting_aside import set_aside
from finder.sources.shown import run_to_look_at, run_to_roll_back, show_run
from finder.sources.shown_changes import all_at_once, show_changes
from finder.sources.wording import counted

MOST_SHOWN = 500
_KEPT = re.compile(r"([0-9]{1,9}):(.+)")


@click.command("refresh")
@click.argument("name")
@click.option(
    "--file", "file", type=click.Path(dir_okay=False, path_type=Path), help="Take this file for what it says."
)
@click.option("--again", is_flag=True, help="Compare its rows also when it says what it said before.")
@click.pass_context
def refresh(context: click.Context, /, *, name: str, file: Path | None, again: bool) -> None:
    """Read the source NAME now, and do with it what its policy says.

    The exit code is 1 when it could not be read, and as long as what it says is in quarantine.
    """
    toolbox = ready(context)
    with toolbox.database.reading() as session:
        number = source_named(session, name).id
    payload = load_payload(str(file)) if file is not None else None
    with progress(f"Reading {name}") as tell:
        outcome = refresh_source(
            toolbox.database,
            number,
            tools=tools_of(toolbox),
            by=OPERATOR,
            now=toolbox.clock(),
            payload=payload,
            again=again,
            progress=tell,
        )
    bad = outcome.state is RunState.FAILED or outcome.quarantined
    screen().print(f"Refresh {outcome.run}: {outcome.words}", style="red" if bad else "", markup=False)
    if WAITING & {outcome.state, outcome.standing}:
        error_screen().print(f'Look at it with: finder sources diff "{name}"', markup=False)
    sys.exit(1 if bad else 0)


def _run_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--refresh", "number", type=int, help="Which refresh; otherwise the latest that fits.")(command)


@click.command("diff")
@click.argument("name")
@_run_option
@click.pass_context
def diff(context: click.Context, /, *, name: str, number: int | None) -> None:
    """Show what a refresh of the source NAME changes: new, changed field by field, gone, refused."""
    toolbox = ready(context)
    with toolbox.database.reading() as session:
        run = show_run(session, _run(session, name, number, toolbox), now=toolbox.clock())
        screen().print(runs_table([run]))
        for kind in ChangeKind:
            if changes := show_changes(session, run.id, kind=kind, limit=MOST_SHOWN):
                screen().print(changes_table(changes, kind))
                if len(changes) == MOST_SHOWN:
                    error_screen().print(f"Only the first {MOST_SHOWN} are shown.")


def _run(session: Session, name: str, number: int | None, toolbox: Toolbox) -> int:
    """The refresh that is meant: of that number, or the one that waits, or the latest that changed anything."""
    row = source_named(session, name)
    if number is not None:
        if show_run(session, number, now=toolbox.clock()).source_id != row.id:
            raise NotFoundError(f"{name} has no refresh {number}.")
        return number
    found = run_to_look_at(session, row.id)
    if found is None:
        raise NotFoundError(f"{name} has not been read yet: finder sources refresh.")
    return found


def _changes_option(command: Callable[..., None]) -> Callable[..., None]:
    words = "Only this change, by its number in `diff`; may be given several times."
    return click.option("--change", "changes", type=int, multiple=True, help=words)(command)


@click.command("apply")
@click.argument("name")
@_run_option
@_changes_option
@click.option(
    "--merge", "merges", type=int, multiple=True, help="This new one is the listing it may be: make them one."
)
@click.option(
    "--keep",
    "keep",
    metavar="CHANGE:FIELD",
    multiple=True,
    help="This field of this change stays as it is here, as 12:notes; `diff` names both. May be given several times.",
)
@click.pass_context
def apply_(
    context: click.Context,
    /,
    *,
    name: str,
    number: int | None,
    changes: tuple[int, ...],
    merges: tuple[int, ...],
    keep: tuple[str, ...],
) -> None:
    """Take over what a refresh of the source NAME proposes: all of it, single changes, or single fields of them.

    What touches an edit made here waits until --change names it, or --keep a field of it. A listing that was changed
    here meanwhile is compared again, and left where the outcome would be another; so is a new one that another source
    has brought since.
    """
    toolbox, kept = ready(context), _kept(keep)
    with progress("Applying") as tell, toolbox.database.unit_of_work() as session:
        run, now = _run(session, name, number, toolbox), toolbox.clock()
        for change_id in merges:
            merge_new(session, change_id, into=_twin(session, run, change_id), seen=None, by=OPERATOR, now=now)
        done, left, clashes = len(merges), 0, 0
        changes = tuple(each for each in changes if each not in merges)
        if changes or not merges:
            _refuse_unknown(session, run, kept)
            wanted, clashes = (changes, 0) if changes else all_at_once(session, run, looked_at=kept)
            if wanted or not clashes:
                applied = apply(session, run, seen=None, changes=wanted, keep=kept, by=OPERATOR, now=now, progress=tell)
                done, left = done + applied.done, len(applied.left)
    screen().print(f"Refresh {run}: {done:,} applied.", markup=False)
    if left:
        words = counted(left, "has changed here, or may be here already", "have changed here, or may be here already")
        error_screen().print(f"{words}: look again with diff.", markup=False)
    if clashes:
        words = counted(clashes, "touches what was edited here and waits", "touch what was edited here and wait")
        error_screen().print(f"{words}: give --change for the source's word, or --keep (see diff).", markup=False)
    if left or clashes:
        sys.exit(1)


def _kept(told: Sequence[str]) -> dict[int, set[str]]:
    found = [_KEPT.fullmatch(each) for each in told]
    for each, match in zip(told, found, strict=True):
        if match is None or not is_field(match[2]):
            raise BadInputError("keep", f"Not a change and a field of it: {each!r}. Give both as in 12:notes.")
    return kept_fields([match.groups() for match in found if match])


def _refuse_unknown(session: Session, run: int, keep: Mapping[int, Collection[str]]) -> None:
    """Nothing when all fields that are to be kept are of changes that wait."""
    for number, names in keep.items():
        found = show_changes(session, run, state=ChangeState.OPEN, after=number - 1, limit=1)
        fields = {field.name for field in found[0].fields} if found and found[0].id == number else set()
        if unknown := sorted(set(names) - fields):
            raise BadInputError("keep", f"Change {number} does not change {unknown[0]}: see finder sources diff.")


def _twin(session: Session, run: int, change_id: int) -> int:
    found = show_changes(session, run, kind=ChangeKind.NEW, after=change_id - 1, limit=1)
    if not found or found[0].id != change_id or found[0].twin is None:
        raise BadInputError("merge", f"Change {change_id} is not like any listing that is there.")
    return found[0].twin.id


@click.command("set-aside")
@click.argument("name")
@_run_option
@_changes_option
@click.pass_context
def set_aside_(context: click.Context, /, *, name: str, number: int | None, changes: tuple[int, ...]) -> None:
    """Leave things as they are: what a refresh proposes is not proposed again while the source says the same."""
    toolbox = ready(context)
    with toolbox.database.unit_of_work() as session:
        run = _run(session, name, number, toolbox)
        count = set_aside(session, run, seen=None, changes=changes or None, by=OPERATOR, now=toolbox.clock())
    screen().print(f"Refresh {run}: {count:,} set aside.", markup=False)


@click.command("rollback")
@click.argument("name")
@_run_option
@click.pass_context
def rollback(context: click.Context, /, *, name: str, number: int | None) -> None:
    """Take back what a whole refresh of the source NAME did, within 30 days.

    Listings that were edited since are left as they are, and counted. It is not applied again while the source says
    the same.
    """
    toolbox = ready(context)
    with progress("Rolling back") as tell, toolbox.database.unit_of_work() as session:
        run = number if number is not None else _latest_applied(session, name, toolbox)
        _run(session, name, run, toolbox)
        done = roll_back(session, run, seen=None, by=OPERATOR, now=toolbox.clock(), progress=tell)
    back = counted(len(done.done), "listing is", "listings are")
    screen().print(f"Refresh {run}: {back} as before.", markup=False)
    if done.left:
        left = counted(len(done.left), "was edited since and left as it is", "were edited since and left as they are")
        error_screen().print(f"{left}.")


def _latest_applied(session: Session, name: str, toolbox: Toolbox) -> int:
    found = run_to_roll_back(session, source_named(session, name).id, now=toolbox.clock())
    if found is None:
        raise NotFoundError(f"Nothing that {name} brought within 30 days can be rolled back.")
    return found
