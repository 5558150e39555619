"""The way back: a form leads to the page it was opened from, and that page says what was done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from commonweal.console.asks import BY_NAME
from commonweal.console.page import Way
from commonweal.runtime.schema import Asker

_DONE: Final = {
    "accept": "The referral was accepted and is on the waiting list.",
    "reject": "The referral was rejected.",
    "redirect": "The referral was redirected.",
    "decline": "It was recorded that the person declined.",
    "allocate": "The referral was allocated.",
    "first-contact": "The first contact was recorded.",
}


def address(path: str, asked: Mapping[str, str]) -> str:
    """Of a page, with what is asked of it."""
    return f"{path}?{urlencode(asked)}" if asked else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """A page that forms are opened from. `names`: what its address may say about what it shows."""

    path: str
    title: str
    names: tuple[str, ...]

    def address(self, *kept: Mapping[str, str]) -> str:
        """An address of the page: what is empty is left out."""
        asked = {name: value for each in kept for name, value in each.items() if value}
        return address(self.path, asked)


@dataclass(frozen=True, slots=True)
class Back:
    """Where a form was opened: the page, and what it showed."""

    opener: Opener
    kept: Mapping[str, str]

    @property
    def way(self) -> Way:
        return Way(text=f"Back to {self.opener.title}", href=self.opener.address(self.kept))

    @property
    def query(self) -> str:
        """What goes after the address of a form, so that it leads back here."""
        return f"?{urlencode({'back': self.opener.address(self.kept)})}"

    def after(self, done: str, position: str) -> str:
        """The address that says what was done, and shows what was true from `position` on."""
        return self.opener.address(self.kept, {"position": position, "done": done})


_CASE: Final = re.compile(r"/people/[A-Za-z0-9_.:-]+/case")
"""A person's own page, from which their referral's forms are opened too."""
_LOCAL: Final = re.compile(r"/(?![/\\])[A-Za-z0-9/_.-]*(\?[A-Za-z0-9/_.=&%:+,-]*)?")


def local(wish: str | None) -> str:
    """A page of ours that an address names; the first page where it names none."""
    return wish if wish and _LOCAL.fullmatch(wish) else "/"


def way_back(asked: Mapping[str, str], openers: tuple[Opener, ...]) -> Back:
    """Where a form was opened, as its address says; the first of `openers` where it says nothing that is known.

    Only the path of an opener and the names it knows, or that of somebody's case, are taken: the way never leads anywhere else."""
    path, _, query = asked.get("back", "").partition("?")
    if _CASE.fullmatch(path):
        return Back(Opener(path=path, title="their record", names=()), {})
    for opener in openers:
        if opener.path == path:
            return Back(opener, {name: value for name, value in parse_qsl(query) if name in opener.names})
    return Back(openers[0], {})


def said(asked: Mapping[str, str]) -> str | None:
    """The sentence about what was just done; None where nothing was."""
    done = asked.get("done", "")
    return _DONE[done] if done in _DONE else BY_NAME[done].done if done in BY_NAME else None


async def position(asker: Asker, wanted: str) -> int | None:
    """The position to wait for; none where the log has not come so far, for then it never may."""
    named = int(wanted[:15]) if wanted.isascii() and wanted.isdigit() else None
    return named if named is not None and named <= await asker.tenant.log.head() else None
