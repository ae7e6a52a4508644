"""Make .venv from a locked requirements file, or leave it where it is up to date already.

Runs under the machine's own Python before anything is installed, so it uses the standard
library only, and a syntax that an older Python can read far enough to be told so.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VENV = BASE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "requirements.json"
LOG = VENV / "install.log"
NEWEST_FIRST = ("python3.13", "python3.12", "python3.11")
# An environment made from a file on the left holds everything of those on the right too.
INCLUDES = {
    "requirements.txt": [],
    "requirements-demo.txt": ["requirements.txt"],
    "requirements-dev.txt": ["requirements-demo.txt", "requirements.txt"],
}
PIP = ["-m", "pip", "install", "--require-hashes", "--progress-bar", "off", "--no-input"]


class NotReady(Exception):  # noqa: N818 -- it is an answer, not a fault
    """Why the environment cannot be made, in one line that says what to do."""


def say(text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def digest(name: str) -> str:
    """Return the fingerprint of a requirements file."""
    return hashlib.sha256((BASE / name).read_bytes()).hexdigest()


def is_fresh(name: str) -> bool:
    """Return whether .venv was finished from this very file and its Python still runs."""
    try:
        made_from = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    return made_from.get(name) == digest(name) and runs(str(PYTHON))


def runs(program: str) -> bool:
    """Return whether ``program`` is a Python of a supported version."""
    question = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603 -- a Python on the path, asked for its version
            [program, "-c", question], stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return False
    return answer.returncode == 0


def interpreter() -> str:
    """Return the Python to build with: the present one if it is new enough, else the newest."""
    if runs(sys.executable):
        return sys.executable
    for name in NEWEST_FIRST:
        found = shutil.which(name)
        if found and runs(found):
            return found
    raise NotReady(
        f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}: install one and"
        " name it, as in `make demo PYTHON=python3.12`."
    )


def make_venv() -> None:
    """Make .venv unless there is a usable one; a half-made one is made anew."""
    if (VENV / "bin" / "pip").exists() and runs(str(PYTHON)):
        return
    python = interpreter()
    say(f"Making .venv with {python}")
    made = subprocess.run(  # noqa: S603 -- the interpreter found above
        [python, "-m", "venv", "--clear", str(VENV)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if made.returncode:
        text = made.stdout.decode(errors="replace").strip()
        if "ensurepip" in text:
            raise NotReady("Python's venv module is incomplete here: apt-get install python3-venv")
        raise NotReady(f".venv cannot be made: {text.splitlines()[-1] if text else 'no reason'}")


def install(name: str) -> None:
    """Install the locked packages, showing how far it is; pip's own words go to a log."""
    wanted = BASE / name
    total = len(re.findall(r"^[A-Za-z0-9._-]+==", wanted.read_text(), re.MULTILINE))
    say(f"Installing {total} packages from {name}")
    pip = subprocess.Popen(  # noqa: S603 -- pip of the environment just made
        [str(PYTHON), *PIP, "-r", str(wanted)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=str(BASE),
    )
    problem = follow(pip, total)
    if pip.wait():
        raise NotReady(f"The packages could not be installed: {problem} (see {LOG})")


def follow(pip: subprocess.Popen, total: int) -> str:
    """Show progress from pip's output while it runs; return the first error that it names."""
    seen, told, problem = 0, time.monotonic(), ""
    with LOG.open("w") as log:
        for raw in pip.stdout:
            line = raw.decode(errors="replace")
            log.write(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
            if line.startswith("Installing collected packages"):
                say("  unpacking them, which takes longest")
                seen = total
            elif time.monotonic() - told > 3 and seen < total:
                told = time.monotonic()
                say(f"  {seen} of {total} found")
            if line.startswith("ERROR") and not problem:
                problem = line.strip()
    return problem


def ensure(name: str) -> None:
    """Bring .venv up to date with ``name``; safe when two commands do it at once."""
    if is_fresh(name):
        return
    begun = time.monotonic()
    # On the folder, not on a file in .venv: making that anew empties it.
    fcntl.flock(os.open(str(BASE), os.O_RDONLY), fcntl.LOCK_EX)
    if is_fresh(name):
        return
    make_venv()
    install(name)
    draft = STAMP.with_name("requirements.json.new")
    draft.write_text(json.dumps({each: digest(each) for each in [name, *INCLUDES[name]]}))
    draft.replace(STAMP)
    say(f"The environment is ready, after {time.monotonic() - begun:.0f} s")


def main() -> int:
    """Make the environment; a NotReady becomes one line on stderr and exit code 1."""
    try:
        ensure(sys.argv[1])
    except NotReady as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename or VENV} cannot be used: {error.strerror}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the next start takes up from here.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
