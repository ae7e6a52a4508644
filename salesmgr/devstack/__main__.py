"""`python -m salesmgr.devstack`: servers, up, stop."""

import argparse
import signal
import sys
import threading

from salesmgr.devstack.refusal import Refusal
from salesmgr.devstack.servers import Servers


def say(text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def up() -> None:
    """Start the servers and leave them running."""
    servers = Servers(say=say)
    servers.hold()
    servers.keep()
    servers.release()


def foreground() -> None:
    """Start the servers and keep them until Ctrl-C."""
    servers = Servers(say=say)
    servers.hold()
    say("Ctrl-C stops them.")
    asked = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: asked.set())
    asked.wait()
    servers.release()


def stop() -> None:
    """Stop servers that were left running."""
    Servers(say=say).stop()


COMMANDS = {"servers": foreground, "up": up, "stop": stop}


def main() -> int:
    """Run one command; a Refusal becomes one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m salesmgr.devstack", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    name = parser.parse_args().command
    try:
        COMMANDS[name]()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
