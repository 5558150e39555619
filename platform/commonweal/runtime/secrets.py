"""The one secret an installation keeps, from which its passwords are made again whenever they are needed."""

import base64
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from commonweal.domain.message import Refused

KEY_LENGTH: Final = 32


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(KEY_LENGTH)


def platform_key(path: Path, *, create: bool) -> bytes:
    """The platform key: 32 random bytes in a file only its owner can read.

    `create` makes the file where there is none. Raises Refused when it is missing or is no key.
    """
    if create:
        with suppress(FileExistsError):
            write_private(path, new_key(), replace=False)
    try:
        key = path.read_bytes()
    except OSError as error:
        raise Refused(
            f"the platform key {path} cannot be read ({type(error).__name__}): name its file in COMMONWEAL_PLATFORM_KEY_FILE"
        ) from None
    if len(key) != KEY_LENGTH:
        raise Refused(f"the platform key {path} has {len(key)} bytes; it must be {KEY_LENGTH} random bytes")
    return key


def derive(key: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, by HKDF (RFC 5869) with SHA-256."""
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=f"commonweal {purpose}".encode()).derive(key)


def password(key: bytes, purpose: str) -> str:
    """A password of 43 letters, digits, - and _ for one purpose."""
    return base64.urlsafe_b64encode(derive(key, purpose)).rstrip(b"=").decode()


def write_private(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file only its owner can read, whole or not at all. Without `replace`, FileExistsError if it is there."""
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.unlink(missing_ok=True)
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        made.replace(path)
        return
    try:
        path.hardlink_to(made)
    finally:
        made.unlink()
