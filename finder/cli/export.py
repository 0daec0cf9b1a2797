"""The command that carries listings out: in any format, of any search, or everything at once."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import click

from finder.cli.readiness import ready
from finder.cli.screen import error_screen, progress
from finder.cli.toolbox import Toolbox
from finder.domain.errors import FinderError
from finder.feeds.exports import FORMATS, Export
from finder.search.exporting import export_of, of_bodies
from finder.store.shelf_reader import ShelfReader

ALL = "all"
ABOUT = "what-is-what.txt"
#: A file is written in pieces of about this size.
PIECE_BYTES = 1024 * 1024


class ExportError(FinderError):
    """An export that could not be written; the sentence says where and why."""


@click.command(
    epilog="Formats: " + "; ".join(f"{name}: {each.about}" for name, each in FORMATS.items()) + "; all: each of them."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice([*FORMATS, ALL]),
    required=True,
    help="How the listings are written. With `all` each format becomes a file in the folder OUTPUT.",
)
@click.option(
    "--search",
    default="",
    metavar="QUERY",
    help='Only what this search finds, as in the address of a page of results: "program=aa&region=austin".',
)
@click.option("--service-body", default="", metavar="SLUG", help="Only what this service body and those below it hold.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="The file to write, or the folder; otherwise standard output."
)
@click.option("--mark", is_flag=True, help="Begin tables with a byte order mark, which Excel wants.")
@click.pass_context
def export(
    context: click.Context, *, kind: str, search: str, service_body: str, output: Path | None, mark: bool
) -> None:
    """Write the public listings into a file, for another program or another directory.

    For example `finder export --format csv --output meetings.csv`, or everything that is public, to leave with:
    `finder export --format all --output leaving/`. A file is there whole or not at all. Private contacts and hidden
    addresses are not in it: `finder dump` writes those.
    """
    toolbox = ready(context)
    if kind == ALL and output is None:
        raise click.UsageError("Give the folder to write into: --output FOLDER.")
    reader = ShelfReader(toolbox.database.url)
    try:
        with progress("Exporting") as tell:
            held = _held(toolbox, reader, search=search, body=service_body, mark=mark, tell=tell)
            written = _write(kind, output, held)
    finally:
        reader.close()
    for path, size in written:
        error_screen().print(f"{path} ({size:,} bytes)", markup=False)


def _held(
    toolbox: Toolbox, reader: ShelfReader, *, search: str, body: str, mark: bool, tell: Callable[[int, int], None]
) -> Export:
    ids = toolbox.answering(search) if search else reader.ids()
    settings, now = toolbox.settings, toolbox.clock()
    query = f"?{search.removeprefix('?')}" if search else ""
    address = f"{settings.public_url}/feeds/{FORMATS['atom'].file_name}{query}"

    def whole(ids: Sequence[int], address: str) -> Export:
        def telling(done: int) -> None:
            tell(done, len(ids))

        return export_of(reader, ids, settings=settings, now=now, address=address, mark=mark, tell=telling)

    if not body:
        return whole(ids, address)
    words = export_of(reader, [], settings=settings, now=now).words
    if body not in words.bodies:
        known = ", ".join(words.bodies) or "there are none"
        raise ExportError(f"There is no service body {body!r}. Known: {known}.")
    below = [each["id"] for each in words.bodies_below(words.bodies[body]["id"])]
    ids = sorted({*ids} & {*reader.ids(below)})
    return of_bodies(whole(ids, f"{address}#{body}"), below)


def _write(kind: str, output: Path | None, held: Export) -> list[tuple[Path, int]]:
    """Write what was asked for; gives the files with their sizes."""
    if kind != ALL:
        pieces = FORMATS[kind].encode(held)
        if output is not None:
            return [(output, write_whole(output, pieces))]
        out = sys.stdout.buffer
        for piece in pieces:
            out.write(piece)
        out.flush()
        return []
    folder = output or Path()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    files = [
        (folder / each.file_name, write_whole(folder / each.file_name, each.encode(held))) for each in FORMATS.values()
    ]
    about = "".join(f"{each.file_name}: {each.about}\n" for each in FORMATS.values())
    return [*files, (folder / ABOUT, write_whole(folder / ABOUT, [about.encode()]))]


def write_whole(path: Path, pieces: Iterable[bytes]) -> int:
    """Write *pieces* to *path*, which is there whole or as it was before; gives the size in bytes.

    Raises ExportError when the file cannot be written.
    """
    draft, size = path.with_name(f".{path.name}.{os.getpid()}.part"), 0
    try:
        with draft.open("wb", buffering=PIECE_BYTES) as file:
            for piece in pieces:
                size += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise ExportError(f"{path} could not be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return size
