"""The questionnaires of an ICS: which may be asked, and what their owners allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console.page import Way
from commonweal.domain import codes
from commonweal.domain.measures import instrument
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.pages.asks import carry_out
from commonweal.runtime.pages.asks import typed as sent
from commonweal.runtime.pages.back import said
from commonweal.runtime.pages.measures import DOCUMENT, usable
from commonweal.runtime.pages.page import Asked, Missing, Pages, signed_in
from commonweal.runtime.schema import Asker

_HERE: Final = "/instruments"
_LICENCES: Final = {
    "open": "Open: anyone may use it",
    "registered": "Its owners wish to be told first",
    "licensed": "Its owner’s licence is needed; we hold the score alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`listed`: it is on this ICS's list; `may`: it may be asked today."""

    code: str
    name: str
    about: str
    licence: str
    held: str
    may: bool
    listed: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    entries: tuple[Entry, ...]
    changes: bool
    csrf_token: str
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/instruments`."""

    @post(_HERE)
    async def register(request: Asked) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        given = sent(await request.form())
        code = given.get("code", "")
        if code not in INSTRUMENTS:
            raise Missing("there is no such questionnaire")
        await carry_out(pages, asker, instrument.RegisterInstrument, code, {"languages": ["en"]}, given)
        return Redirect(_HERE, status_code=303)

    return [pages.at(_HERE, show), register]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see it."""
    if "instruments" not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed("your role does not let you see the questionnaires", kind="scope")
    listed = (await pages.ask(asker, "Instruments", DOCUMENT))["measuresInstruments"]
    may = {choice.value for choice in usable(listed, asker.reader.today)}
    known = {each["code"]: each for each in listed}
    changes = permissions.may(asker.principal.grants, instrument.RegisterInstrument)
    page = Instruments(
        entries=tuple(_entry(code, known.get(code), may=code in may, changes=changes) for code in INSTRUMENTS),
        changes=changes,
        csrf_token=signed_in(pages.asking, request, asker).csrf_token,
        said=said(request.query_params),
    )
    return await pages.html(request, asker, "measures/instruments.html", page, here="/outcomes")


def _entry(code: str, node: Mapping[str, Any] | None, *, may: bool, changes: bool) -> Entry:
    definition = INSTRUMENTS[code]
    query = urlencode({"back": _HERE})
    listed = node is not None and not node["retired"]
    ways = (
        Way(text="Licence", href=f"/do/record-licence/{code}?{query}"),
        Way(text="No longer ask it", href=f"/do/retire-instrument/{code}?{query}"),
    )
    return Entry(
        code=code,
        name=definition.name,
        about=definition.about,
        licence=_LICENCES[definition.licence],
        held=_held(node),
        may=may,
        listed=listed,
        ways=ways if changes and listed else (),
    )


def _held(node: Mapping[str, Any] | None) -> str:
    if node is None or node["licence"] is None:
        return ""
    until = f", until {node['expiresOn']}" if node["expiresOn"] else ""
    return f"{codes.INSTRUMENT_LICENCES[node['licence']]}{until}"
