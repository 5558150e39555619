"""What a page looks like: stylesheets, scripts and icons, each kept by the browser until it changes."""

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
FOR_EVER: Final = "public, max-age=31536000, immutable"
"""The Cache-Control of every asset: its address changes when any of them does."""


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """Every asset in memory. One hash stands for all of them, so that a stylesheet finds its images beside it."""

    hash: str
    files: dict[str, Asset]

    def url(self, path: str) -> str:
        """`commonweal.css` → `/static/<hash>/commonweal.css`. Raises KeyError where there is no such file."""
        if path not in self.files:
            raise KeyError(path)
        return f"/static/{self.hash}/{path}"

    def find(self, hash_: str, path: str) -> Asset | None:
        """What stands at `/static/<hash>/<path>`; None where nothing does, or it was another release's."""
        return self.files.get(path) if hash_ == self.hash else None


def _media_type(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "text/plain"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def read(folder: Path) -> Assets:
    """Read every file below a folder."""
    digest = hashlib.sha256()
    files = {}
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        path = file.relative_to(folder).as_posix()
        body = file.read_bytes()
        digest.update(f"{path} {len(body)} ".encode() + body)
        files[path] = Asset(body=body, media_type=_media_type(file))
    return Assets(hash=digest.hexdigest()[:16], files=files)


@cache
def assets() -> Assets:
    """The console's own, read once."""
    return read(FOLDER)
