"""The console's pages: they work without scripts."""

from typing import Any

from jinja2 import Environment
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.runtime.asking import Asking
from commonweal.runtime.pages import caseload, forms
from commonweal.runtime.pages.page import Asked, Missing, Pages

__all__ = ["Missing", "routes"]


def routes(asking: Asking, console: Environment) -> list[HTTPRouteHandler]:
    """Where each page is."""
    pages = Pages(asking, console)

    @get("/", sync_to_thread=False)
    def home() -> Redirect:
        return Redirect("/caseload", status_code=303)

    @get("/caseload")
    async def board(request: Asked) -> Response[str]:
        return await caseload.show(pages, request, await asking.asker(request, "console"))

    @get("/referrals/{referral_id:str}/{step:str}")
    async def form(request: Asked, referral_id: str, step: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        return await forms.show(pages, request, asker, forms.known(step), referral_id, {}, ())

    @post("/referrals/{referral_id:str}/{step:str}")
    async def send(request: Asked, referral_id: str, step: str) -> Response[Any]:
        asker = await asking.asker(request, "console")
        typed = {name: str(value) for name, value in (await request.form()).items()}
        return await forms.send(pages, request, asker, forms.known(step), referral_id, typed)

    return [home, board, form, send]
