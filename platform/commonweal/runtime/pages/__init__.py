"""The console's pages: they work without scripts."""

from typing import Any

from jinja2 import Environment
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.runtime.asking import Asking
from commonweal.runtime.pages import caseload, forms, integrations, waiting_list
from commonweal.runtime.pages.page import Asked, Missing, Pages, menu, signed_in

__all__ = ["Missing", "menu", "routes", "signed_in"]


def routes(asking: Asking, console: Environment) -> list[HTTPRouteHandler]:
    """Where each page is."""
    pages = Pages(asking, console)

    @get("/")
    async def home(request: Asked) -> Redirect:
        places = menu(await asking.asker(request, "console"))
        return Redirect(places[0][1] if places else "/caseload", status_code=303)

    @get("/caseload")
    async def board(request: Asked) -> Response[str]:
        return await caseload.show(pages, request, await asking.asker(request, "console"))

    @get("/waiting-list")
    async def waiting(request: Asked) -> Response[str]:
        return await waiting_list.show(pages, request, await asking.asker(request, "console"))

    @get("/integrations")
    async def telling(request: Asked) -> Response[str]:
        return await integrations.show(pages, request, await asking.asker(request, "console"))

    @post("/integrations/replay")
    async def replay(request: Asked) -> Response[Any]:
        asker = await asking.asker(request, "console")
        return await integrations.replay(asker, {name: str(value) for name, value in (await request.form()).items()})

    @get("/referrals/{referral_id:str}/{step:str}")
    async def form(request: Asked, referral_id: str, step: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        return await forms.show(pages, request, asker, forms.known(step), referral_id, {}, ())

    @post("/referrals/{referral_id:str}/{step:str}")
    async def send(request: Asked, referral_id: str, step: str) -> Response[Any]:
        asker = await asking.asker(request, "console")
        typed = {name: str(value) for name, value in (await request.form()).items()}
        return await forms.send(pages, request, asker, forms.known(step), referral_id, typed)

    return [home, telling, replay, board, waiting, form, send]
