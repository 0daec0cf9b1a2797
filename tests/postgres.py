"""A private PostgreSQL cluster for one test run, started as user ``postgres`` (the server refuses to run as root)."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

#: Nothing here outlives the run. Databases come by the hundred: looking after each of them would keep a core busy.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "max_connections": "200",
}
URL_VARIABLE = "FINDER_TEST_POSTGRESQL"


def binaries() -> Path | None:
    """Where the server's programs are, the newest version first, or None."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists()), None)


class Cluster:
    """A running cluster on a Unix socket of its own; no network port is opened."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="finder-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        self._data = self.folder / "data"
        self._as_user: Sequence[str] = ()
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as_user = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
        self._run(
            "initdb", "-D", str(self._data), "-U", "finder", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        settings = "".join(f" -c {name}={value}" for name, value in SETTINGS.items())
        options = f"-k {self.folder} -c listen_addresses=''{settings}"
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._programs / program), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=self.folder, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"postgresql://finder@/postgres?host={self.folder}"

    def stop(self) -> None:
        """Stop it and remove everything."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
