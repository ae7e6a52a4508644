"""Starting a server program as a user that it accepts: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.devstack.processes import Refusal, spawn

# Each lets another user through folders that only root may enter (a clone below /root, say).
# The first reads only; containers often grant just the second.
_PASSAGE = ("dac_read_search", "dac_override")


@dataclass(frozen=True, slots=True)
class Launcher:
    """How to run a program: as the caller, or as root under another user's id."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def command(self, arguments: Sequence[str]) -> list[str]:
        return [*self.prefix, *arguments]

    def start(self, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        return spawn(self.command(arguments), log, cwd="/", **self._identity)

    def run(self, arguments: Sequence[str], *, seconds: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 -- fixed programs of installed packages
            self.command(arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            timeout=seconds,
            start_new_session=True,
            **self._identity,
        )

    def own(self, path: Path) -> None:
        """Give ``path`` to the user that the program will run as."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    @property
    def _identity(self) -> dict[str, Any]:
        """Whose id the program gets; with a prefix it is that program which changes the user."""
        if self.prefix or self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def launcher_for(binary: Path, *, folder: Path, owner: int | None) -> Launcher:
    """Return how to start ``binary`` on ``folder`` so that it does not run as root.

    ``owner`` is the user that existing data belongs to, if there is any. Raises Refusal if that
    user cannot reach the program or the folder and may not be let through.
    """
    if os.geteuid() != 0:
        return Launcher()
    account = _account(owner)
    plain = Launcher(account.pw_uid, account.pw_gid)
    if _reaches(plain, binary, folder):
        return plain
    for passage in _PASSAGE:
        through = _through(account, passage)
        if through and _reaches(through, binary, folder):
            return through
    raise Refusal(
        f"PostgreSQL does not run as root, and user {account.pw_name} may not enter {folder}"
        f" or read {binary}: use a checkout that other users may enter, or run as a normal user."
    )


def _account(owner: int | None) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        raise Refusal(
            "PostgreSQL does not run as root, and this machine has no user"
            f" {owner or 'nobody'} to run it as: run as a normal user."
        ) from None


def _through(account: pwd.struct_passwd, passage: str) -> Launcher | None:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return None
    prefix = (
        setpriv,
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        # Else access(2), by which the programs look for each other, would not count the passage.
        "--securebits=+no_setuid_fixup",
        f"--inh-caps=-all,+{passage}",
        f"--ambient-caps=-all,+{passage}",
        f"--bounding-set=-all,+{passage}",
        "--",
    )
    return Launcher(account.pw_uid, account.pw_gid, prefix)


def _reaches(launcher: Launcher, binary: Path, folder: Path) -> bool:
    # The shell's test asks access(2), as PostgreSQL's programs do of each other.
    script = 'cd "$1" && test -x "$0" && exec "$0" --version'
    try:
        result = launcher.run(["/bin/sh", "-c", script, str(binary), str(folder)], seconds=20)
    except PermissionError:
        return False
    return result.returncode == 0
