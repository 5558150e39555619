"""The provider's link: shown to a link worker once, opened by a provider without an account, answered once."""

import hmac
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from jinja2 import Environment
from litestar import get, post
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console import ask
from commonweal.console.ask import AskForm, Question
from commonweal.console.asks.connections import ANSWERS, BY_LINK
from commonweal.console.forms import Mistake
from commonweal.console.page import Frame, Way, content_security_policy, render
from commonweal.console.wording import sentence_case
from commonweal.domain import due
from commonweal.domain.directory import connect, connection
from commonweal.domain.message import Refused
from commonweal.kernel.append import Conflict
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Asking
from commonweal.runtime.pages.asks import carry_out, typed
from commonweal.runtime.pages.connections import DOCUMENT
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.pages.record import record
from commonweal.runtime.provider_links import Closed, Opened, ProviderLinks, Told, answer, what_is_told
from commonweal.runtime.schema import Asker

_ONLY_HERE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
_GONE: Final = 410
_AGAIN: Final = "Somebody else changed this in the same moment. Please send your answer again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`address`: the link, on the one page that shows it; `used`: it was shown before; `renew`: where a new one is made; `reads`:
    what whoever opens it reads of the person, in words."""

    service: str
    reads: str
    address: str | None
    used: bool
    until: date | None
    action: str
    renew: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a link opens: a form with what may be told, or one sentence."""

    title: str
    sentence: str
    told: Told | None
    form: AskForm | None
    token: str

    @property
    def questions(self) -> Mapping[str, Question]:
        return {question.field: question for question in BY_LINK.questions}


def routes(asking: Asking, console: Environment, links: ProviderLinks) -> list[HTTPRouteHandler]:
    """The page of the link worker, and the page of the provider."""
    pages = Pages(asking, console)

    @get("/people/{person_id:str}/connections/{connection_id:str}/link")
    async def before(request: Asked, person_id: str, connection_id: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        node, state = await _sent(pages, asker, person_id, connection_id)
        return await _shown(pages, request, asker, node, state, None)

    @post("/people/{person_id:str}/connections/{connection_id:str}/link", status_code=200)
    async def show(request: Asked, person_id: str, connection_id: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        node, state = await _sent(pages, asker, person_id, connection_id)
        link = _link(state)
        if link.shown:
            return await _shown(pages, request, asker, node, state, None)
        await carry_out(pages, asker, connection.ShowProviderLink, connection_id, {"link_id": link.id}, {})
        address = links.link(asker.tenant.ods, connection_id, link)
        return await _shown(pages, request, asker, node, state, address)

    @get("/answer/{token:str}")
    async def opened(token: str) -> Response[str]:
        try:
            found = await links.open(asking.store, token, datetime.now(UTC))
        except Closed as closed:
            return _page(console, _sentence("This link is closed", str(closed)), _GONE)
        return _page(console, _form(found, token, {}, ()), 200, await _named(found))

    @post("/answer/{token:str}")
    async def answered(request: Asked, token: str) -> Response[Any]:
        given, now = typed(await request.form()), datetime.now(UTC)
        try:
            found = await links.open(asking.store, token, now)
        except Closed as closed:
            return _page(console, _sentence("This link is closed", str(closed)), _GONE)
        if not hmac.compare_digest(given.get("token", "").encode(), token.encode()):
            raise NotAllowed("this form is not from the page the link opened: open the link again", kind="csrf")
        mistakes = () if found.told is None else await _answer(found, given, now)
        if mistakes:
            return _page(console, _form(found, token, given, mistakes), 422, await _named(found))
        return Redirect(f"/answer/{token}", status_code=303, headers=_ONLY_HERE)

    return [before, show, opened, answered]


async def _sent(
    pages: Pages, asker: Asker, person_id: str, connection_id: str
) -> tuple[Mapping[str, Any], connection.State]:
    """The connection, as it is shown and as it is, with its link. Raises `Missing` where it is not among those someone sees, or waits for no answer by a link."""
    if not permissions.may(asker.principal.grants, connection.ShowProviderLink):
        raise NotAllowed("your role does not let you make links for providers", kind="scope")
    node = (await pages.ask(asker, "Connection", DOCUMENT, id=connection_id))["connection"]
    if node is None or node["person"]["id"] != person_id:
        raise Missing("there is no such connection among those you see")
    state: connection.State = (await asker.tenant.streams.get(connection.CATEGORY, connection_id)).state
    if state.phase != "sent" or state.link is None:
        raise Missing("this connection waits for no answer by a link")
    return node, state


def _link(state: connection.State) -> connection.Link:
    assert state.link is not None  # noqa: S101 – `_sent` looked
    return state.link


async def _reads(asker: Asker, state: connection.State, name: str) -> str:
    """What whoever opens the link reads: `a first name and what Fay Finch hopes for`, with how to reach them where that is shown."""
    try:
        told = await what_is_told(asker.tenant, state, asker.reader.today)
    except Closed:
        ways: list[str] = []
    else:
        ways = [_WAYS[label] for label, _ in told.reach] + (["what to mind in reaching them"] if told.care else [])
    *first, last = ["a first name", f"what {name} hopes for", *ways]
    return f"{', '.join(first)} and {last}"


_WAYS: Final = {"Telephone": "their telephone number", "E-mail": "their e-mail address"}


async def _shown(
    pages: Pages,
    request: Asked,
    asker: Asker,
    node: Mapping[str, Any],
    state: connection.State,
    address: str | None,
) -> Response[str]:
    link = _link(state)
    person_id, back = node["person"]["id"], f"/people/{node['person']['id']}/connections"
    here = f"{back}/{node['id']}/link"
    body = Shown(
        service=node["service"]["name"] or "the service",
        reads=await _reads(asker, state, node["person"]["name"] or "the person"),
        address=address,
        used=link.shown,
        until=link.expires_on,
        action=here,
        renew=f"/do/replace-provider-link/{node['id']}?back={here}",
        back=back,
    )
    return await record(pages, request, asker, person_id, "connections", "connections/link.html", body)


async def _answer(found: Opened, given: Mapping[str, str], now: datetime) -> tuple[Mistake, ...]:
    """Give the answer; what is wrong with it, where it cannot be given."""
    answers = ask.read(BY_LINK, given, {})
    if answers.mistakes:
        return answers.mistakes
    command = connect.AnswerByLink(link_id=found.link_id, on=due.today(now), **answers.values)
    try:
        await answer(found, command, now)
    except Refused as refusal:
        return (ask.refused(BY_LINK, str(refusal)),)
    except Conflict:
        return (Mistake(field="", sentence=_AGAIN),)
    return ()


def _form(found: Opened, token: str, given: Mapping[str, str], mistakes: tuple[Mistake, ...]) -> Answer:
    if found.told is None:
        return _sentence("Thank you", _what_was_answered(found))
    form = AskForm(
        ask=BY_LINK,
        found={},
        subject=None,
        about="",
        action=f"/answer/{token}",
        back=Way(text="", href=""),
        idempotency_key="",
        expected_version=None,
        typed=given,
        mistakes=mistakes,
    )
    return Answer(title=BY_LINK.title, sentence="", told=found.told, form=form, token=token)


def _what_was_answered(found: Opened) -> str:
    which = {
        connection.ProviderAccepted: "accept",
        connection.ProviderWaitlisted: "waiting_list",
        connection.ProviderDeclined: "decline",
    }.get(type(found.answer), "")
    said = next((choice.text for choice in ANSWERS if choice.value == which), "")
    return f"You have answered: {said}. The link worker sees it. If that was a mistake, tell them: this link is used."


def _sentence(title: str, sentence: str) -> Answer:
    return Answer(title=title, sentence=sentence_case(sentence), told=None, form=None, token="")


async def _named(found: Opened) -> str:
    """The ICS a link is of."""
    configured = (await found.tenant.streams.get("tenant", found.tenant.ods)).state.configured
    return configured.name if configured else found.tenant.ods


def _page(console: Environment, about: Answer, status: int, tenant: str | None = None) -> Response[str]:
    nonce = random.token_urlsafe(16)
    headers = {**_ONLY_HERE, "Content-Security-Policy": content_security_policy(nonce)}
    text = render(console, "connections/answer.html", Frame(nonce=nonce, tenant=tenant), about)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)
