"""The console's pages: they work without scripts."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any, Final

from jinja2 import Environment
from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.runtime.asking import Asking
from commonweal.runtime.identity import NotSignedIn
from commonweal.runtime.pages import (
    access_log,
    activity,
    asks,
    case,
    caseload,
    chest_effect,
    chest_rounds,
    chests,
    connections,
    contacts,
    directory,
    equity,
    erasures,
    forms,
    funding,
    funding_statement,
    grants,
    hand_over,
    instruments,
    integrations,
    listing,
    measures,
    moved_notes,
    my_referrals,
    outcomes,
    people,
    plan,
    proposals,
    propose,
    questionnaire,
    refer,
    rights,
    safeguarding,
    set_up,
    statement,
    tasks,
    timeline,
    users,
    waiting_list,
    workforce,
)
from commonweal.runtime.pages.menu import menu
from commonweal.runtime.pages.page import Asked, Missing, Pages, signed_in

__all__ = ["Missing", "menu", "nowhere", "routes", "signed_in"]

PAGES: Final[tuple[ModuleType, ...]] = (
    caseload,
    case,
    waiting_list,
    integrations,
    forms,
    asks,
    my_referrals,
    refer,
    measures,
    plan,
    questionnaire,
    instruments,
    outcomes,
    people,
    timeline,
    rights,
    access_log,
    contacts,
    tasks,
    safeguarding,
    moved_notes,
    connections,
    directory,
    listing,
    chest_effect,
    chest_rounds,
    chests,
    grants,
    statement,
    funding,
    funding_statement,
    workforce,
    hand_over,
    propose,
    proposals,
    equity,
    activity,
    set_up,
    users,
    erasures,
)
"""Every page, or a few that belong together: `routes(pages)` in each says where it is."""


def routes(asking: Asking, console: Environment) -> list[HTTPRouteHandler]:
    """Where each page is."""
    pages = Pages(asking, console)

    @get("/")
    async def home(request: Asked) -> Redirect:
        places = menu(await asking.asker(request, "console"))
        query = f"?{request.url.query}" if request.url.query else ""  # what was just done is said where one lands
        return Redirect(f"{places[0][1] if places else '/caseload'}{query}", status_code=303)

    found: list[Any] = [home]
    for each in PAGES:
        found += each.routes(pages)
    return found


def nowhere(asking: Asking, shown: Sequence[HTTPRouteHandler]) -> HTTPRouteHandler:
    """What answers an address that is none; `shown`: every page there is, for what goes on below one is looked for there alone."""

    @get(sorted(_below({path for each in shown for path in each.paths})))
    async def told(request: Asked) -> Response[str]:
        """Whoever is signed in is told so among their own menu."""
        if "text/html" in request.headers.get("accept", ""):
            with suppress(NotSignedIn):
                await asking.asker(request, "console")
        raise NotFoundException("there is no such page")

    return told


def _below(paths: set[str]) -> Iterator[str]:
    """Addresses that are none though they begin as a known one does: where one stops too early, and where it goes on wrongly. Where a
    name goes on, what comes after it is looked at instead."""
    parts = {tuple(filter(None, path.split("/"))) for path in paths}
    begun = {each[:length] for each in parts for length in range(len(each) + 1)}
    named = {each[:-1] for each in begun if each and each[-1].startswith("{")}
    for each in begun - parts:
        yield "/".join(("", *each))
    for each in begun - named:
        yield "/".join(("", *each, "{rest:path}"))
