"""What a name, an address or a number in an ICS file must look like, where `commonweal.domain.values` does not say.

Each check takes a value and the field's name, and raises Refused with a sentence that names the field.
"""

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from commonweal.domain.message import Refused


def shaped(pattern: str, words: str) -> Callable[[str, str], None]:
    """The whole text matches `pattern`; `words` follow "must be"."""

    def check(value: str, what: str) -> None:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise Refused(f"{what} must be {words}")

    return check


def between(low: int, high: int) -> Callable[[int, str], None]:
    """A number from `low` to `high`, both allowed."""

    def check(value: int, what: str) -> None:
        if not low <= value <= high:
            raise Refused(f"{what} must be from {low} to {high}")

    return check


def one_of(known: Iterable[str]) -> Callable[[str, str], None]:
    """A word on a list."""

    def check(value: str, what: str) -> None:
        if value not in known:
            raise Refused(f"{what} must be one of {', '.join(sorted(known))}")

    return check


def name(value: str, what: str) -> None:
    """Printable, on one line, with nothing but words at its ends."""
    if not value.strip() or value != value.strip() or not value.isprintable():
        raise Refused(f"{what} must be a name")


def inside_data_folder(value: str, what: str) -> None:
    """A relative path that does not climb out of the data folder."""
    path = PurePosixPath(value)
    if not value.strip() or path.is_absolute() or ".." in path.parts or "\\" in value:
        raise Refused(f"{what} must be a path inside the data folder, such as keys/qpm.key")


def endpoint(value: str, what: str) -> None:
    """Https, or http on this very machine; nothing secret in it and nothing after the path."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Refused(f"{what} must be an https:// address") from None
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Refused(f"{what} must be scheme, host, port and path only")
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host))):
        raise Refused(f"{what} must be an https:// address")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
