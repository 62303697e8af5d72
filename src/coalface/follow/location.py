"""Where the node is: the URL of its RPC server, taken apart and judged."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from coalface.errors import UsageError
from coalface.follow.trouble import shown

__all__ = ["Location"]


@dataclass(frozen=True)
class Location:
    """Host and port of a node's HTTP server."""

    host: str
    port: int
    path: str = "/"
    user: str | None = None
    password: str | None = None
    """From the URL; better elsewhere, since other users of the machine see the arguments of programs."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{self.path if self.path != '/' else ''}"

    def __repr__(self) -> str:
        return f"Location({self})"

    @classmethod
    def parse(cls, text: str) -> "Location":
        """The location that a URL names.

        Raises
        ------
        UsageError
            If it is no HTTP URL with a host and a port.
        """
        wrong = UsageError(
            f"`{shown(text.rpartition('@')[2])}` is no URL of a node's RPC server",
            code="usage_node_url",
            hint="give http://HOST:PORT, as in http://127.0.0.1:8332; the node speaks plain HTTP, so reach "
            "one on another machine through a tunnel",
        )
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise wrong from None
        if parts.scheme != "http" or not host or not port or parts.query or parts.fragment:
            raise wrong
        if any(character <= " " or character == "\x7f" for character in text):
            raise wrong
        user = None if parts.username is None else unquote(parts.username)
        password = None if parts.password is None else unquote(parts.password)
        return cls(host, port, parts.path or "/", user, password)

    @property
    def is_near(self) -> bool:
        """Whether the host is this machine or in a private network; names are not looked up."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return address.is_loopback or address.is_private or address.is_link_local
