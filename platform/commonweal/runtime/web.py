"""The web process: GraphQL for programs, the console for people, health for whoever watches over the installation."""

import asyncio
import contextlib
import json
import secrets as random
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec
import structlog
import uvicorn
from jinja2 import Environment
from litestar import Litestar, Request, get, post
from litestar.enums import MediaType
from litestar.exceptions import ClientException, HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

import projections
from commonweal.console.assets import FOR_EVER, assets
from commonweal.console.page import Frame, Problem, Way, content_security_policy, environment, render
from commonweal.kernel.trace import refused, where
from commonweal.runtime import bars, development_sign_in, hospital_feed, lag, live, pages, sign_in
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.answering import Answering
from commonweal.runtime.applicant_links import ApplicantLinks
from commonweal.runtime.asking import Asking, Unanswered
from commonweal.runtime.code_flow import Client, CodeFlow, outside_client
from commonweal.runtime.development_issuer import DevelopmentIssuer
from commonweal.runtime.development_sign_in import CLIENT
from commonweal.runtime.door import Door, make_door
from commonweal.runtime.example_people import example_people
from commonweal.runtime.funding import gathered
from commonweal.runtime.health import Health
from commonweal.runtime.identity import NotSignedIn
from commonweal.runtime.links import Closed
from commonweal.runtime.live.hub import Hub
from commonweal.runtime.live.patience import HOW_WE_SERVE
from commonweal.runtime.observing import observed
from commonweal.runtime.open_store import open_store
from commonweal.runtime.operation import Invalid
from commonweal.runtime.organisations import ics_name
from commonweal.runtime.pages import applicant_link, awards, by_link, chest_links, provider_link, voter_link
from commonweal.runtime.process import Process, run
from commonweal.runtime.provider_links import ProviderLinks
from commonweal.runtime.schema import Asker, schema
from commonweal.runtime.sign_in import SignInLinks
from commonweal.runtime.voter_links import VoterLinks
from tenants.store import Store

Asked = Request[Any, Any, Any]
log = structlog.get_logger()

_SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NEVER_KEPT: Final = {"Cache-Control": "no-store"}
_BODY: Final = 2 << 20
_QUESTION: Final = 256 << 10
"""Bytes of a GraphQL request, as on a web socket."""


def make_app(process: Process, store: Store, health: Health) -> Litestar:
    """The application of one installation."""
    settings, key = process.settings, process.installation.platform_key
    door = make_door(settings, key, store)
    answering = Answering(schema(introspection=settings.environment != "production"))
    asking = Asking(door, store, answering)
    console = environment(Path(projections.__file__).parent)
    applicants, voters = ApplicantLinks(settings, key), VoterLinks(settings, key)
    shown = [
        *pages.routes(asking, console),
        *provider_link.routes(asking, console, ProviderLinks(settings, key)),
        *chest_links.routes(asking, console, applicants, voters),
        *applicant_link.routes(asking, console, applicants),
        *voter_link.routes(asking, console, voters),
        *awards.routes(asking, console, settings),
    ]
    routes: list[Any] = [
        _graphql(asking),
        _funding(asking),
        _hl7v2(asking),
        *bars.routes(asking),
        *live.routes(asking, console, Hub(process.bus, store, process.stop)),
        *shown,
        pages.nowhere(asking, shown),
        *_signing_in(process, store, door, console),
        *_plain(health),
    ]
    return Litestar(
        routes,
        exception_handlers={HTTPException: _http(asking, console), Exception: _unforeseen(asking, console)},
        before_send=[door.keep_signed_in],
        middleware=[observed],
        response_headers=_SECURITY,
        request_max_body_size=_BODY,
        logging_config=None,
        openapi_config=None,
    )


def _signing_in(process: Process, store: Store, door: Door, console: Environment) -> list[HTTPRouteHandler]:
    """By link, and by authorisation code where the settings say who we are to an issuer; in development that is our own."""
    settings, key = process.settings, process.installation.platform_key
    links, secure = SignInLinks(settings, key), settings.environment == "production"

    async def places() -> tuple[tuple[str, str], ...]:
        hosted = [(ods, await store.tenant(ods)) for ods in sorted(await store.roster())]
        named = [(ods, await ics_name(each)) for ods, each in hosted]
        return tuple(sorted(named, key=lambda each: each[1]))

    if settings.oidc_issuer is not None:
        client = outside_client(settings)
        flow = None if client is None else CodeFlow(client, key, secure=secure)
        return sign_in.routes(door, links, console, flow, places)
    issuer, address = DevelopmentIssuer(settings, key), settings.address
    own = Client(issuer.trusted(), f"{address}/.well-known/openid-configuration", CLIENT, None, address)
    return [
        *sign_in.routes(door, links, console, CodeFlow(own, key, secure=secure)),
        *issuer.routes(),
        *development_sign_in.routes(issuer, key, address, console, example_people),
    ]


def _graphql(asking: Asking) -> HTTPRouteHandler:
    @post("/graphql", status_code=200, request_max_body_size=_QUESTION)
    async def answer(request: Asked) -> Response[bytes]:
        asker = await asking.asker(request)
        wish = _wish(request, await request.body())
        answered = await asking.answering.answer(asker, wish.query, wish.operationName, wish.variables)
        return Response(answered, media_type="application/json", headers=_NEVER_KEPT)

    return answer


class Wish(msgspec.Struct):
    """A GraphQL request over HTTP, as the field writes it."""

    query: str
    operationName: str | None = None  # noqa: N815 – the name in the request
    variables: dict[str, Any] | None = None


_read_wish: Final = msgspec.json.Decoder(Wish).decode


def _wish(request: Asked, body: bytes) -> Wish:
    """A request's body. Raises 400 with what is wrong with it. A form of another site cannot send JSON unasked."""
    if request.content_type[0] != "application/json":
        raise ClientException("ask with the content type application/json")
    try:
        return _read_wish(body)
    except (ValueError, RecursionError):
        pass
    try:
        return msgspec.convert(
            json.loads(body.decode()), Wish
        )  # half of a surrogate pair is JSON too: refused by the field's name
    except (ValueError, RecursionError):
        raise ClientException(
            "the body must be one JSON object with a query, and may have operationName and variables"
        ) from None


def _funding(asking: Asking) -> HTTPRouteHandler:
    @post("/funding/graphql", status_code=200, request_max_body_size=_QUESTION)
    async def answer(request: Asked) -> Response[bytes]:
        """The same question to every ICS that let a funder see its own money: what each answers, beside those that could not."""
        asker = await asking.asker(request)
        wish = _wish(request, await request.body())
        try:
            kind = asking.answering.prepare(wish.query, wish.operationName).kind
        except Invalid as invalid:
            refused(invalid.kind, asker.tenant.ods)
            return Response(invalid.answer, media_type="application/json", headers=_NEVER_KEPT)
        if kind != "query":
            raise ClientException("ask with a query: nothing is changed in several ICSs at once")

        async def ask(there: Asker) -> msgspec.Raw:
            return msgspec.Raw(await asking.answering.answer(there, wish.query, wish.operationName, wish.variables))

        found = await gathered(asking, asker, ask)
        told = {
            "parts": [{"ics": each.ics.ods, "name": each.ics.name, "answer": each.answer} for each in found.parts],
            "missing": [{"ics": each.ics.ods, "name": each.ics.name, "why": each.why} for each in found.missing],
        }
        return Response(msgspec.json.encode(told), media_type="application/json", headers=_NEVER_KEPT)

    return answer


def _hl7v2(asking: Asking) -> HTTPRouteHandler:
    @post("/hl7/v2", status_code=200)
    async def message(request: Asked) -> Response[bytes]:
        principal = await asking.door.authenticate(request)
        trusts = [where.removeprefix("trust:") for where in principal.scopes("hospital") if where.startswith("trust:")]
        if len(trusts) != 1:
            raise NotAllowed("a hospital's feed needs a token granted the role hospital for one trust", kind="scope")
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


def _problem(asking: Asking, console: Environment, request: Asked, status: int, sentence: str) -> Response[Any]:
    """One sentence, as a page for a person and as JSON for a program."""
    if bars.is_ours(request.url.path):
        return bars.answer_to(request, status, sentence)
    if "text/html" not in request.headers.get("accept", ""):
        return Response({"status": status, "detail": sentence}, status_code=status)
    frame = _around(asking, request, random.token_urlsafe(16))
    about = Problem(
        status=status,
        sentence=f"{sentence[:1].upper()}{sentence[1:]}".rstrip(".") + ".",
        next=_NEXT.get(status, "Go back and try again."),
        way=_way_on(frame),
    )
    headers = {"Content-Security-Policy": content_security_policy(frame.nonce), "Cache-Control": "no-store"}
    text = render(console, "error.html", frame, about)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)


def _around(asking: Asking, request: Asked, nonce: str) -> Frame:
    """Whoever is signed in keeps their name, their menu and the way out."""
    asker = asking.who_asked(request)
    with contextlib.suppress(NotSignedIn):  # a program with a token has no session
        if asker and asker.principal.roles:
            signed_in, menu = pages.signed_in(asking, request, asker), pages.menu(asker)
            kept = asker.tenant.streams.warm("tenant", asker.tenant.ods)
            tenant = kept.state.called(asker.tenant.ods) if kept else asker.tenant.ods
            return Frame(nonce=nonce, tenant=tenant, signed_in=signed_in, menu=menu)
    return Frame(nonce=nonce)


def _way_on(frame: Frame) -> Way | None:
    """Where one begins; nowhere for who is signed in and may go nowhere."""
    if frame.menu:
        text, href = frame.menu[0]
        return Way(text=f"Start again from {text}", href=href)
    return None if frame.signed_in else Way(text="Sign in", href="/sign-in")


_NEXT: Final = {
    403: "If you think you should see this, ask whoever looks after Commonweal where you work.",
    404: "Check the address.",
    409: "Load the page again and see what has changed.",
    500: "It was noted. Please try again in a moment.",
}


def _http(asking: Asking, console: Environment) -> Any:
    def handle(request: Asked, error: HTTPException) -> Response[Any]:
        if isinstance(error, NotSignedIn) and "text/html" in request.headers.get("accept", ""):
            wish = quote(request.url.path) if request.method == "GET" and request.url.path != "/" else ""
            return Redirect(f"/sign-in?next={wish}" if wish else "/sign-in", status_code=303)
        if request.url.path == "/graphql" and not isinstance(error, NotSignedIn | NotAllowed):
            refused("graphql_limit" if error.status_code == 413 else "graphql_invalid")
        response = _problem(asking, console, request, error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    return handle


def _unforeseen(asking: Asking, console: Environment) -> Any:
    def handle(request: Asked, error: Exception) -> Response[Any]:
        if isinstance(error, Closed):
            return by_link.closed(console, error)
        if isinstance(error, pages.Missing):
            return _problem(asking, console, request, 404, str(error))
        if isinstance(error, Unanswered) and error.code in _STATUS:
            return _problem(asking, console, request, _STATUS[error.code], str(error))
        log.error("request_failed", error=where(error), path=_shape(request))
        return _problem(asking, console, request, 500, "something went wrong here")

    return handle


_STATUS: Final = {"OUT_OF_SCOPE": 403, "NOT_FOUND": 404, "CONFLICT": 409, "REFUSED": 422}


def _shape(request: Asked) -> str:
    """The route, not the address: an address may hold a code."""
    return request.url.path.strip("/").partition("/")[0]


async def main(process: Process) -> None:
    store = open_store(process.installation, "web", process.bus)
    process.looks.append(lag.pools(store))
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
        **HOW_WE_SERVE,
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
