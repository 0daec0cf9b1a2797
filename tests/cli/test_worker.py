"""The worker, as a real process: alone, once, and beside the server."""

import datetime as dt
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from finder.cli.jobs import JOBS, Job
from finder.cli.toolbox import Toolbox
from finder.cli.worker import Bell, Rota
from finder.store.accounts import User
from finder.store.database import Database
from finder.store.mail import OutboxMail
from tests.conftest import NOW, Databases, prepare
from tests.mail.letters import put, rows
from tests.servers import FINDER, _free_port, clean_environment

DEADLINE_SECONDS = 60
#: A wide terminal, so that no sentence is broken.
WIDE = {"COLUMNS": "200"}


class Instance:
    """A folder and a database, and the commands over them."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        url = database.url.render_as_string(hide_password=False)
        self.env = {**clean_environment(), "FINDER_DATA_DIR": str(folder), "FINDER_DATABASE_URL": url}

    def put(self) -> None:
        """Put in a mail that is due by any clock."""
        assert put(self.database, now=NOW - dt.timedelta(days=365))

    def mails(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "mail").glob("*.eml"))

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(FINDER), *arguments], env={**self.env, **env}, capture_output=True, text=True, check=False, timeout=240
        )

    @contextmanager
    def running(self, *arguments: str, **env: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command; what it prints comes to one pipe, which ends when its last process does."""
        process = subprocess.Popen(
            [str(FINDER), *arguments],
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=DEADLINE_SECONDS)


@pytest.fixture
def instance(databases: Databases, tmp_path: Path, gazetteer_path: Path) -> Iterator[Instance]:
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / "var" / "places.db").symlink_to(gazetteer_path)
    database = Database(databases.copy_of("prepared", prepare))
    yield Instance(tmp_path / "var", database)
    database.dispose()


def wait_until(process: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    """Ask until it holds; each question waits a moment for the process to end, which it must not."""
    for _ in range(DEADLINE_SECONDS * 10):
        if holds():
            return
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"It ended: {process.communicate()[0]}")
    raise AssertionError("It did not happen in time.")


def test_once_does_what_is_due_and_ends(instance: Instance) -> None:
    for _ in range(25):
        instance.put()
    done = instance.run("worker", "--once")
    assert done.returncode == 0, done.stderr
    assert len(instance.mails()) == 25
    assert "did='10 sent, 0 put off, 0 given up'" in done.stdout
    assert all(mail.recipient == "" for mail in rows(instance.database))
    assert "@" not in done.stdout + done.stderr
    assert instance.run("worker", "--once").stdout == ""


def test_once_puts_off_what_no_server_takes(instance: Instance) -> None:
    instance.put()
    done = instance.run("worker", "--once", FINDER_SMTP_URL=f"smtp://robin:passage@127.0.0.1:{_free_port()}")
    assert done.returncode == 0
    assert "mail_put_off" in done.stdout
    assert "ConnectionRefusedError" in done.stdout
    assert "passage" not in done.stdout + done.stderr
    assert rows(instance.database)[0].recipient == "robin@example.org"


def test_the_doctor_tells_of_mail_that_nobody_sends_and_of_a_worker_at_work(instance: Instance) -> None:
    instance.put()
    idle = instance.run("doctor", **WIDE)
    assert idle.returncode == 1
    assert "1 waiting, some for over ten minutes" in idle.stdout
    assert "start `finder worker`" in idle.stdout
    assert instance.run("worker", "--once", **WIDE).returncode == 0
    busy = instance.run("doctor", **WIDE)
    assert (busy.returncode, "at work" in busy.stdout, "0 waiting" in busy.stdout) == (0, True, True), busy.stdout


def test_the_doctor_tells_of_mail_that_was_given_up(instance: Instance) -> None:
    instance.put()
    with instance.database.unit_of_work() as session:
        session.execute(update(OutboxMail).values(failed_at=NOW))
    said = instance.run("doctor", **WIDE)
    assert (said.returncode, "1 given up" in said.stdout) == (1, True)


def test_a_worker_needs_an_instance_that_is_ready(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    done = Instance(tmp_path, database).run("worker", "--once")
    assert done.returncode == 1
    assert "finder init" in done.stderr
    database.dispose()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_running_worker_sends_what_comes_and_ends_at_a_signal(instance: Instance, number: signal.Signals) -> None:
    with instance.running("worker") as process:
        instance.put()
        wait_until(process, lambda: len(instance.mails()) == 1)
        instance.put()
        wait_until(process, lambda: len(instance.mails()) == 2)
        process.send_signal(number)
        begun = time.monotonic()
        assert process.wait(DEADLINE_SECONDS) == 0
        assert time.monotonic() - begun < 5
    assert [mail.attempts for mail in rows(instance.database)] == [1, 1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_beside_the_server_ends_with_it(instance: Instance, number: signal.Signals) -> None:
    with instance.running("serve", "--worker", "--workers", "1", "--port", str(_free_port())) as process:
        instance.put()
        wait_until(process, lambda: len(instance.mails()) == 1)
        process.send_signal(number)
        said, _ = process.communicate(timeout=DEADLINE_SECONDS)  # until the last process has closed the pipe
    assert "finder user invite you@example.org --administrator" in said
    assert f"Mail is written to {instance.folder}/mail" in said
    assert "Traceback" not in said


def test_who_has_an_account_is_not_told_how_to_get_the_first(instance: Instance) -> None:
    with instance.database.unit_of_work() as session:
        session.add(User(email="kim@example.org", fs_uniquifier="kim", created_at=NOW))
    server = "smtp://robin:passage@mail.example.org:2525"
    with instance.running("serve", "--workers", "1", "--port", str(_free_port()), FINDER_SMTP_URL=server) as process:
        assert process.stdout is not None
        assert "Serving on" in process.stdout.readline()
        assert process.stdout.readline() == "Mail is sent through mail.example.org\n"
        os.killpg(process.pid, signal.SIGTERM)
        said, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert "passage" not in said


class Diary:
    """Jobs that write down when they run."""

    def __init__(self) -> None:
        self.entries: list[str] = []

    def job(self, name: str, *answers: str | Exception | None, seconds: float = 86400, more: bool = False) -> Job:
        left = list(answers)

        def run(_toolbox: Toolbox) -> str | None:
            self.entries.append(name)
            answer = left.pop(0) if left else None
            if isinstance(answer, Exception):
                raise answer
            return answer

        return Job(name=name, every=dt.timedelta(seconds=seconds), run=run, more=more)


@pytest.fixture
def toolbox(database: Database, tmp_path: Path, settings_for: Callable[..., object]) -> Toolbox:
    url = database.url.render_as_string(hide_password=False)
    return Toolbox(
        settings=settings_for(url),  # type: ignore[arg-type]  # settings
        clock=lambda: NOW,
        database=database,
        root=tmp_path,
        gazetteer_path=tmp_path,
    )


def test_a_job_that_fails_ends_neither_the_others_nor_the_worker(
    toolbox: Toolbox, capfd: pytest.CaptureFixture[str]
) -> None:
    diary = Diary()
    jobs = (diary.job("broken", RuntimeError("robin@example.org")), diary.job("whole", "3 done"))
    rota = Rota(jobs, toolbox, tell=str)
    with Bell(None).listening() as bell:
        rota.once(bell)
    assert diary.entries == ["broken", "whole"]
    assert rota.failed
    said = "".join(capfd.readouterr())
    assert "job_failed" in said
    assert "RuntimeError" in said
    assert "3 done" in said
    assert "robin" not in said


def test_a_job_with_more_to_do_runs_until_nothing_is_left(toolbox: Toolbox) -> None:
    diary = Diary()
    jobs = (diary.job("pieces", "1", "1", None, "never", more=True), diary.job("whole", "1", "1"))
    with Bell(None).listening() as bell:
        Rota(jobs, toolbox, tell=str).once(bell)
    assert diary.entries == ["pieces", "pieces", "pieces", "whole"]


def test_daily_jobs_run_at_the_start_and_busy_ones_do_not_keep_them_from_it(toolbox: Toolbox) -> None:
    diary = Diary()
    busy = diary.job("busy", *["1"] * 3, seconds=0.001, more=True)
    ring = Job(name="ring", every=dt.timedelta(days=1), run=lambda _: os.kill(os.getpid(), signal.SIGTERM))
    with Bell(None).listening() as bell:
        Rota((busy, diary.job("daily"), ring), toolbox, tell=str).forever(bell)
    assert diary.entries.count("daily") == 1


def test_a_signal_during_a_job_is_heard_when_the_job_is_done(toolbox: Toolbox) -> None:
    diary = Diary()

    def ring(_toolbox: Toolbox) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        diary.entries.append("after the signal")
        return "1"

    jobs = (Job(name="ring", every=dt.timedelta(seconds=1), run=ring, more=True), diary.job("next"))
    with Bell(None).listening() as bell:
        Rota(jobs, toolbox, tell=str).once(bell)
    assert diary.entries == ["after the signal"]


def test_a_bell_without_its_parent_rings(toolbox: Toolbox) -> None:
    del toolbox
    with Bell(os.getppid()).listening() as bell:
        assert not bell.wait(0)
    with Bell(os.getpid()).listening() as bell:
        assert bell.wait(0)


def test_signals_are_as_before_once_the_bell_is_gone() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with Bell(None).listening():
        assert signal.getsignal(signal.SIGTERM) != before[0]
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    assert threading.current_thread() is threading.main_thread()


def test_every_job_has_a_name_of_its_own() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
