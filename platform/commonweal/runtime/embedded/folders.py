"""Keeps PostgreSQL's files where the user who runs it can get at them, with no other folder's permissions changed."""

import os
import pwd
import stat
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Final

from commonweal.domain.message import Refused

UNPRIVILEGED: Final = ("postgres", "nobody")
ELSEWHERE: Final = Path("/var/lib/commonweal")


def unprivileged() -> pwd.struct_passwd | None:
    """Who runs PostgreSQL, which refuses to be run by root; None: whoever we are. Refused if there is nobody."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise Refused(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it: start as an ordinary user"
    )


def home(data: Path, user: pwd.struct_passwd | None, elsewhere: Path) -> Path:
    """The folder of PostgreSQL's files: in the data folder or, where its user cannot get there, in one of its own.

    Such a folder is noted in the data folder, so it stays the same whatever becomes of the permissions above it.
    """
    place, note = data / "postgres", data / "postgres.elsewhere"
    if note.exists():
        place = Path(note.read_text())
    elif user is not None and not place.exists() and not reachable(data, user):
        place = elsewhere / uuid.uuid4().hex
        note.write_text(str(place))
    if place.parent == elsewhere:
        with suppress(FileExistsError):
            elsewhere.mkdir(mode=0o755, parents=True)
            elsewhere.chmod(0o755)  # ours: made this moment; the umask may have narrowed it
    if user is not None and not reachable(place.parent, user):
        raise Refused(
            f"user {user.pw_name}, who runs PostgreSQL, cannot reach {place.parent}: name another data folder with COMMONWEAL_DATA"
        )
    private_folder(place, user)
    return place


def private_folder(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Make a folder that only PostgreSQL's user enters, or check that it is one."""
    try:
        folder.mkdir(mode=0o700)
        give(folder, user)
    except FileExistsError:
        found = folder.lstat()
        owner = user.pw_uid if user else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()) or found.st_mode & 0o077:
            raise Refused(f"{folder} is there but is not a folder of PostgreSQL's user alone: remove it") from None
        if found.st_uid != owner:  # made, but not yet given, when we were killed
            give(folder, user)


def give(path: Path, user: pwd.struct_passwd | None) -> None:
    """Make a path of ours that user's."""
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def reachable(path: Path, user: pwd.struct_passwd) -> bool:
    """Can that user pass every folder above this one, and enter (or run) it?"""
    for step in {place for way in (path.absolute(), path.resolve()) for place in (way, *way.parents)}:
        found = step.stat()
        bit = 0o100 if found.st_uid == user.pw_uid else 0o010 if found.st_gid == user.pw_gid else 0o001
        if not found.st_mode & bit:
            return False
    return True
