"""The web process: GraphQL for programs, the console for people, health for whoever watches over the installation."""

import asyncio
import contextlib
import json
import secrets as random
import sys
from pathlib import Path
from typing import Any, Final

import structlog
import uvicorn
from cross_web import HTTPException as Unreadable
from jinja2 import Environment
from litestar import Litestar, Request, get, post
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response
from strawberry.litestar import make_graphql_controller

import projections
from commonweal.console.assets import FOR_EVER, assets
from commonweal.console.page import Frame, Problem, Way, content_security_policy, environment, render
from commonweal.kernel.trace import where
from commonweal.runtime import hospital_feed, pages, sign_in
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Asking, Unanswered, context
from commonweal.runtime.development_issuer import DevelopmentIssuer
from commonweal.runtime.door import make_door
from commonweal.runtime.health import Health
from commonweal.runtime.identity import NotSignedIn
from commonweal.runtime.open_store import open_store
from commonweal.runtime.process import Process, run
from commonweal.runtime.schema import schema
from commonweal.runtime.sign_in import SignInLinks
from tenants.store import Store

Asked = Request[Any, Any, Any]
log = structlog.get_logger()

_SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_BODY: Final = 2 << 20


def make_app(process: Process, store: Store, health: Health) -> Litestar:
    """The application of one installation."""
    settings, key = process.settings, process.installation.platform_key
    door = make_door(settings, key, store)
    asking = Asking(door, store, schema(introspection=settings.environment != "production"))
    console = environment([Path(projections.__file__).parent])
    own = settings.oidc_issuer is None
    routes: list[Any] = [
        _graphql(asking),
        _hl7v2(asking),
        *pages.routes(asking, console),
        *sign_in.routes(door, SignInLinks(settings, key), console),
        *(DevelopmentIssuer(settings, key).routes() if own else []),
        *_plain(health),
    ]
    return Litestar(
        routes,
        exception_handlers={HTTPException: _http(console), Exception: _unforeseen(console)},
        before_send=[door.keep_signed_in],
        response_headers=_SECURITY,
        request_max_body_size=_BODY,
        logging_config=None,
        openapi_config=None,
    )


def _graphql(asking: Asking) -> Any:
    async def context_of(request: Asked) -> dict[str, Any]:
        return context(await asking.asker(request))

    controller = make_graphql_controller(
        asking.schema,
        path="/graphql",
        graphql_ide=None,
        allow_queries_via_get=False,
        context_getter=context_of,
        subscription_protocols=(),
    )
    controller.decode_json = _json  # type: ignore[assignment]
    return controller


def _json(_controller: object, body: str | bytes) -> object:
    """A request's body; anything but an object is answered 400."""
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreadable(400, "the body must be a JSON object with a query")
    return found


def _hl7v2(asking: Asking) -> HTTPRouteHandler:
    @post("/hl7/v2", status_code=200)
    async def message(request: Asked) -> Response[bytes]:
        principal = await asking.door.authenticate(request)
        trusts = [where.removeprefix("trust:") for where in principal.scopes("hospital") if where.startswith("trust:")]
        if len(trusts) != 1:
            raise NotAllowed("a hospital's feed needs a token granted the role hospital for one trust")
        tenant = await asking.store.tenant(principal.tenant)
        answered = await hospital_feed.answer(tenant, trusts[0], await request.body())
        return Response(answered, media_type="application/hl7-v2")

    return message


def _plain(health: Health) -> list[HTTPRouteHandler]:
    @get("/health")
    async def is_ready() -> Response[Any]:
        report = await health.check()
        return Response(report, status_code=200 if report.ready else 503, headers={"Cache-Control": "no-store"})

    @get("/static/{hash_:str}/{path:path}", sync_to_thread=False)
    def static(hash_: str, path: str) -> Response[bytes]:
        found = assets().find(hash_, str(path).lstrip("/"))
        if found is None:
            return Response(b"", status_code=404, media_type="text/plain")
        return Response(found.body, media_type=found.media_type, headers={"Cache-Control": FOR_EVER})

    return [is_ready, static]


def _problem(console: Environment, request: Asked, status: int, sentence: str) -> Response[Any]:
    """One sentence, as a page for a person and as JSON for a program."""
    if "text/html" not in request.headers.get("accept", ""):
        return Response({"status": status, "detail": sentence}, status_code=status)
    nonce = random.token_urlsafe(16)
    about = Problem(
        status=status,
        sentence=f"{sentence[:1].upper()}{sentence[1:]}".rstrip(".") + ".",
        next=_NEXT.get(status, "Go back and try again."),
        way=Way(text="Go to the caseload", href="/caseload"),
    )
    headers = {"Content-Security-Policy": content_security_policy(nonce), "Cache-Control": "no-store"}
    text = render(console, "error.html", Frame(nonce=nonce), about)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)


_NEXT: Final = {
    403: "If you think you should see this, ask whoever looks after Commonweal where you work.",
    404: "Check the address, or start again from the caseload.",
    409: "Load the page again and see what has changed.",
    500: "It was noted. Please try again in a moment.",
}


def _http(console: Environment) -> Any:
    def handle(request: Asked, error: HTTPException) -> Response[Any]:
        if isinstance(error, NotSignedIn) and "text/html" in request.headers.get("accept", ""):
            return Redirect("/sign-in", status_code=303)
        response = _problem(console, request, error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    return handle


def _unforeseen(console: Environment) -> Any:
    def handle(request: Asked, error: Exception) -> Response[Any]:
        if isinstance(error, pages.Missing):
            return _problem(console, request, 404, str(error))
        if isinstance(error, Unanswered) and error.code in _STATUS:
            return _problem(console, request, _STATUS[error.code], str(error))
        log.error("request_failed", error=where(error), path=_shape(request))
        return _problem(console, request, 500, "something went wrong here")

    return handle


_STATUS: Final = {"OUT_OF_SCOPE": 403, "NOT_FOUND": 404, "CONFLICT": 409, "REFUSED": 422}


def _shape(request: Asked) -> str:
    """The route, not the address: an address may hold a code."""
    return request.url.path.strip("/").partition("/")[0]


async def main(process: Process) -> None:
    store = open_store(process.installation, "web", process.bus)
    health = Health(process.bus, process.installation.database_url)
    await health.start()
    config = uvicorn.Config(
        make_app(process, store, health),
        host=process.settings.host,
        port=process.settings.port,
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        date_header=False,
        ws="none",
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(_serve(server))
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 – uvicorn tells it by a flag alone
            await asyncio.sleep(0.01)
        process.ready()
        stop = asyncio.create_task(process.stop.wait())
        await asyncio.wait({stop, serving}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        await store.close()


async def _serve(server: uvicorn.Server) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await server._serve()


if __name__ == "__main__":
    sys.exit(run("web", main))
