"""The command that serves the site."""

import os
import sys

import click

from finder.cli.screen import error_screen
from finder.cli.toolbox import toolbox_of
from finder.domain.errors import FinderError
from finder.search.gazetteer_build import is_current
from finder.store import migrate

THREADS = 8
#: A threaded worker that keeps what it is asked out of the log.
WORKER = "finder.web.lanes.LaneWorker"


@click.command()
@click.option("--host", help="Address to serve on; otherwise FINDER_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on; otherwise FINDER_PORT.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes; otherwise FINDER_WORKERS.")
@click.pass_context
def serve(context: click.Context, *, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the site until it is stopped with Ctrl+C.

    No access log is written: nobody learns who looked.
    """
    toolbox = toolbox_of(context)
    settings = toolbox.settings
    with error_screen().status("Looking whether everything is ready ..."):
        if not migrate.is_current(toolbox.database) or not is_current(toolbox.gazetteer_path):
            raise FinderError(
                "This instance is not ready: run `finder init` first (or `finder init --demo` to try it)."
            )
    toolbox.database.dispose()
    address = f"{host or settings.host}:{port or settings.port}"
    error_screen().print(f"Serving on http://{address} (Ctrl+C stops)", markup=False)
    command = [
        *(sys.executable, "-m", "gunicorn", "app:app", "--chdir", str(toolbox.root), "--bind", address),
        *("--workers", str(workers or settings.workers), "--worker-class", WORKER, "--threads", str(THREADS)),
        *("--preload", "--log-level", "warning", "--timeout", "60", "--graceful-timeout", "10", "--keep-alive", "15"),
        *("--limit-request-line", "8190", "--worker-tmp-dir", _memory_folder(), "--name", "meeting-finder"),
    ]
    os.environ["FINDER_DATA_DIR"] = str(settings.data_dir)
    os.execv(command[0], command)  # noqa: S606 - our own interpreter, no shell


def _memory_folder() -> str:
    """Where gunicorn keeps its heartbeat files: memory, where there is such a folder."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"  # noqa: S108 - empty files without names
