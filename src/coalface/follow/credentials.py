"""How the follower proves to the node who it is: the node's cookie file, or user and password."""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coalface.errors import IoFailure
from coalface.follow.location import Location

__all__ = ["PASSWORD_VARIABLE", "USER_VARIABLE", "Credentials"]

USER_VARIABLE = "COALFACE_RPC_USER"
PASSWORD_VARIABLE = "COALFACE_RPC_PASSWORD"  # noqa: S105 - the name of a variable
_MAX_COOKIE_BYTES = 4096


@dataclass(frozen=True)
class Credentials:
    """Where user and password come from.

    A cookie file is read anew every time: the node changes it when it starts.
    """

    cookie: Path | None = None
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Credentials(cookie={str(self.cookie)!r})" if self.cookie else "Credentials(...)"

    @classmethod
    def find(
        cls, location: Location, cookie: Path | None, environment: Mapping[str, str] | None = None
    ) -> "Credentials":
        """The first there is of: cookie file, environment, URL."""
        known = os.environ if environment is None else environment
        if cookie is not None:
            return cls(cookie=cookie)
        if USER_VARIABLE in known or PASSWORD_VARIABLE in known:
            return cls(user=known.get(USER_VARIABLE, ""), password=known.get(PASSWORD_VARIABLE, ""))
        return cls(user=location.user, password=location.password)

    def header(self) -> str | None:
        """Value of the HTTP header ``Authorization`` (RFC 7617); `None` without credentials.

        Raises
        ------
        IoFailure
            If the cookie file cannot be read or is none.
        """
        pair = self._pair()
        return None if pair is None else "Basic " + base64.b64encode(pair).decode("ascii")

    def _pair(self) -> bytes | None:
        """``user:password`` as bytes."""
        if self.cookie is None:
            if self.user is None and self.password is None:
                return None
            return f"{self.user or ''}:{self.password or ''}".encode()
        try:
            with self.cookie.open("rb") as file:
                pair = file.read(_MAX_COOKIE_BYTES + 1).strip()
        except OSError as error:
            raise IoFailure(
                f"cannot read `{self.cookie}`: {error.strerror}",
                code="io_cookie",
                hint="the node writes the file when it starts, and removes it when it stops",
                context={"path": str(self.cookie)},
            ) from error
        if b":" not in pair or len(pair) > _MAX_COOKIE_BYTES or b"\n" in pair:
            raise IoFailure(
                f"`{self.cookie}` is no cookie file: it is one line USER:PASSWORD",
                code="io_cookie",
                context={"path": str(self.cookie)},
            )
        return pair
