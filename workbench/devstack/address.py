"""Where the demo listens."""

import errno
import socket
from dataclasses import dataclass

from salesmgr.environment import env_int, env_text
from workbench.devstack.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Address:
    """Where the demo listens."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> "Address":
        host = env_text("HOST") or "127.0.0.1"
        port = env_int("PORT", default=8000)
        if not 0 < port < 65536:
            raise Refusal(f"PORT={port} is no port: use a number from 1 to 65535.")
        if cls(host, port).is_everywhere and not env_text("ALLOWED_HOSTS"):
            raise Refusal(
                f"HOST={host} listens on every address: say in ALLOWED_HOSTS by which names"
                " people may open it, separated by commas."
            )
        return cls(host, port)

    @property
    def is_everywhere(self) -> bool:
        return self.host in ("0.0.0.0", "::", "*")  # noqa: S104 -- compared, not bound

    @property
    def url(self) -> str:
        host = "localhost" if self.is_everywhere else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def listen(self) -> socket.socket:
        """Return a listening socket; it outlives the web process, so no start loses the port."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
        except OSError as error:
            listener.close()
            raise Refusal(self._refusal(error)) from None
        listener.listen(64)
        return listener

    def _refusal(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {self.port} on {self.host} is in use: end what listens there, or choose"
                f" another one, as in `make demo PORT={self.port + 1}`."
            )
        if error.errno == errno.EACCES:
            return f"Port {self.port} is not yours to use: choose one above 1023 with PORT."
        return f"HOST={self.host} cannot be listened on: {error.strerror or error}."
