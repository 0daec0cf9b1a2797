"""The command that works in the background: mail, and whatever else is in the table of jobs."""

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click
import structlog

from finder.cli.heartbeat import beat
from finder.cli.jobs import JOBS, Job
from finder.cli.readiness import ready
from finder.cli.screen import error_screen
from finder.cli.toolbox import Toolbox

#: The longest that a worker beside a server takes to see that the server is gone.
LOOK_UP_SECONDS = 2.0
#: The pause after a failure; it doubles with every further one, up to the job's own interval.
AFTER_FAILURE_SECONDS = 30.0
WAITING = "Waiting for something to do (Ctrl+C stops) ..."


class Bell:
    """Rings when the worker is to stop: at SIGTERM or SIGINT, or when the process it was started by is gone.

    A signal writes a byte into a pipe, so it is not missed whenever it comes, and whoever waits is woken at once. A
    second one ends the process as if there were no bell: even then nothing is lost, since leases run out.
    """

    def __init__(self, parent: int | None) -> None:
        self._parent, self._rung = parent, False
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)

    def wait(self, seconds: float) -> bool:
        """Wait at most *seconds*; True once it has rung."""
        end = time.monotonic() + max(seconds, 0)
        while not self._rung:
            left = end - time.monotonic()
            ready, _, _ = select.select([self._reading], [], [], max(0.0, min(left, LOOK_UP_SECONDS)))
            self._rung = bool(ready) or self._parent not in {None, os.getppid()}
            if left <= 0:
                break
        return self._rung

    @contextmanager
    def listening(self) -> Iterator["Bell"]:
        """Hear signals until the end of the block (in the main thread only)."""
        before = {number: signal.signal(number, self._once) for number in (signal.SIGTERM, signal.SIGINT)}
        wakeup = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        try:
            yield self
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._reading)
            os.close(self._writing)

    @staticmethod
    def _once(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)


class Rota:
    """When each job is due. Intervals are measured by a stopwatch: setting the clock back holds nothing up."""

    def __init__(self, jobs: tuple[Job, ...], toolbox: Toolbox, *, tell: Callable[[str], object]) -> None:
        self._toolbox, self._tell = toolbox, tell
        self._due = dict.fromkeys(jobs, 0.0)
        self._failures = dict.fromkeys(jobs, 0)

    @property
    def failed(self) -> bool:
        """Whether a job's last run failed."""
        return any(self._failures.values())

    def once(self, bell: Bell) -> None:
        """Run every job, each until it has nothing left or fails; the bell ends it between two runs."""
        for job in self._due:
            while not bell.wait(0) and self._run(job) and job.more:
                pass

    def forever(self, bell: Bell) -> None:
        """Run what is due, until the bell rings."""
        wait = 0.0
        while not bell.wait(wait):
            job = min(self._due, key=self._due.__getitem__)
            if self._due[job] <= time.monotonic():
                done = self._run(job)
                self._due[job] = time.monotonic() + (0 if done and job.more else self._pause(job))
            wait = min(self._due.values()) - time.monotonic()

    def _pause(self, job: Job) -> float:
        every = job.every.total_seconds()
        if not self._failures[job]:
            return every
        return min(AFTER_FAILURE_SECONDS * 2.0 ** (self._failures[job] - 1), max(every, AFTER_FAILURE_SECONDS))

    def _run(self, job: Job) -> bool:
        """Run *job*; True when it did something. Whatever it raises is logged by its kind: words may hold addresses."""
        self._tell(f"Working: {job.name} ...")
        beat(self._toolbox.settings.data_dir, now=self._toolbox.clock())
        try:
            words = job.run(self._toolbox)
        except Exception as error:  # noqa: BLE001 - a job that fails ends neither the others nor the worker
            self._failures[job] += 1
            _log_failure(job, error)
            return False
        finally:
            self._tell(WAITING)
        self._failures[job] = 0
        if words:
            structlog.get_logger().info("job_done", job=job.name, did=words)
        return bool(words)


def _log_failure(job: Job, error: Exception) -> None:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    structlog.get_logger().error("job_failed", job=job.name, error=type(error).__name__, at=place)


@click.command()
@click.option("--once", is_flag=True, help="Do everything that is due and end, for cron.")
@click.option(
    "--until-parent", type=int, hidden=True, help="End when the process of this number is no parent any more."
)
@click.pass_context
def worker(context: click.Context, *, once: bool, until_parent: int | None) -> None:
    """Work in the background until stopped with Ctrl+C: send mail, and do what has come due, daily things included.

    Several may run side by side; each mail is still sent once. A job that fails is logged and tried again later. With
    --once the exit code is 1 when a job failed.
    """
    toolbox = ready(context)
    screen = error_screen()
    watched = screen.is_terminal and until_parent is None  # beside a server the logs say it
    status = screen.status(WAITING)
    rota = Rota(JOBS, toolbox, tell=status.update if watched else str)
    with status if watched else nullcontext(), Bell(until_parent).listening() as bell:
        if once:
            rota.once(bell)
        else:
            rota.forever(bell)
    toolbox.database.dispose()
    sys.exit(1 if once and rota.failed else 0)
