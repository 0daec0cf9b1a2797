"""A network of a test's own: a namespace in which every address there is leads to the test's own servers.

It lives as long as the one process that was started in it, so nothing is left behind however that ends. The process has
its own resolver as well. A test can also enter one itself, with the threads and processes that it starts there.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.requirements import need

ROOT = Path(__file__).resolve().parents[2]
RESOLVER = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
NAMES = "hosts: files dns\n"
HOSTS = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"
#: Every address is this machine's: whoever listens on all addresses is at each of them.
ROUTES = """
set -e
ip link set lo up
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo
"""
PREPARE = f"""{ROUTES}
for file in resolv.conf nsswitch.conf hosts; do
  [ ! -e /etc/$file ] || mount --bind "$0/$file" /etc/$file
done
exec "$@"
"""
CLONE_NEWNET = 0x40000000  # of linux/sched.h


def can_have_a_network() -> bool:
    """Whether a namespace can be made here."""
    tools = all(shutil.which(name) for name in ("ip", "unshare", "mount"))
    return tools and os.geteuid() == 0 and _run(["unshare", "--net", "--mount", "true"]).returncode == 0


def need_a_network() -> None:
    """Skip the test where no namespace can be made."""
    how = "run as root, with the Debian packages iproute2 and util-linux"
    need("netns", present=can_have_a_network(), how=how)


@contextmanager
def entered() -> Iterator[None]:
    """This thread is in a network of its own, and so are the threads and processes that it starts meanwhile."""
    system = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open("rb") as before:
        assert system.unshare(CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            done = _run(["sh", "-c", ROUTES])
            assert done.returncode == 0, done.stderr
            yield
        finally:
            assert system.setns(before.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


def run_inside(folder: Path, module: str, *arguments: str, env: dict[str, str]) -> str:
    """What *module* of the tests prints when it runs in a network of its own; *folder* is for its resolver."""
    for name, content in (("resolv.conf", RESOLVER), ("nsswitch.conf", NAMES), ("hosts", HOSTS)):
        (folder / name).write_text(content, encoding="ascii")
    command = ["unshare", "--net", "--mount", "--kill-child", "--fork", "sh", "-c", PREPARE, str(folder)]
    done = _run([*command, sys.executable, "-m", module, *arguments], env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run(command: list[str], env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=110)
