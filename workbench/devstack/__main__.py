"""`python -m workbench.devstack COMMAND`: what the Makefile and developers call."""

import argparse
import subprocess
import sys

from django.core.exceptions import ImproperlyConfigured

from workbench.devstack.children import Stopped, StopRequest
from workbench.devstack.demo import Demo
from workbench.devstack.processes import Refusal
from workbench.devstack.servers import Servers


def say(text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def demo(_: list[str]) -> int:
    """Run the whole application with a demo organisation until Ctrl-C."""
    Demo().run()
    return 0


def up(_: list[str]) -> int:
    """Start the servers and leave them running."""
    servers = Servers(say=say)
    servers.hold()
    servers.keep()
    servers.release()
    return 0


def foreground(_: list[str]) -> int:
    """Start the servers and keep them until Ctrl-C."""
    asked = StopRequest()
    servers = Servers(say=say)
    servers.hold()
    say("Ctrl-C stops them.")
    while not asked:
        asked.wait(60)
    servers.release()
    return 0


def run(command: list[str]) -> int:
    """Run a command while the servers run; return its exit code."""
    servers = Servers()
    servers.hold()
    try:
        return subprocess.call(command)  # noqa: S603 -- the caller's own command
    finally:
        servers.release()


def stop(_: list[str]) -> int:
    """Stop servers that were left running."""
    Servers(say=say).stop()
    return 0


COMMANDS = {"demo": demo, "servers": foreground, "up": up, "run": run, "stop": stop}


def main() -> int:
    """Run one command; what a person can mend becomes one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m workbench.devstack", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what `run` runs")
    chosen = parser.parse_args()
    try:
        return COMMANDS[chosen.command](chosen.arguments)
    except (Refusal, ImproperlyConfigured) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except (Stopped, KeyboardInterrupt):
        return 130


if __name__ == "__main__":
    sys.exit(main())
