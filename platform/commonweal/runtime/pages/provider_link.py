"""The provider's link: shown to a link worker once, opened by a provider without an account, answered once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from jinja2 import Environment
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import reading
from commonweal.console.ask import AskForm, Question
from commonweal.console.asks.connections import ANSWERS, BY_LINK
from commonweal.console.forms import Mistake
from commonweal.console.page import Way
from commonweal.domain import due
from commonweal.domain.directory import connect, connection
from commonweal.domain.link import Link
from commonweal.domain.message import Refused
from commonweal.kernel.append import Conflict
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Asking
from commonweal.runtime.links import Closed
from commonweal.runtime.organisations import ics_name
from commonweal.runtime.pages import by_link
from commonweal.runtime.pages.asks import carry_out, typed
from commonweal.runtime.pages.connections import DOCUMENT
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.pages.record import record
from commonweal.runtime.provider_links import Opened, ProviderLinks, Told, answer, what_is_told
from commonweal.runtime.schema import Asker


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
    """What a link opens: a form with what may be told."""

    told: Told
    form: AskForm
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
        found = await links.open(asking.store, token, datetime.now(UTC))
        return await _page(console, found, token, {}, ())

    @post("/answer/{token:str}")
    async def answered(request: Asked, token: str) -> Response[Any]:
        given, now = typed(await request.form()), datetime.now(UTC)
        found = await links.open(asking.store, token, now)
        by_link.require_own(given, token)
        mistakes = () if found.told is None else await _answer(found, given, now)
        if mistakes:
            return await _page(console, found, token, given, mistakes)
        return by_link.back_to(f"/answer/{token}")

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


def _link(state: connection.State) -> Link:
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
    answers = reading.read(BY_LINK, given, {})
    if answers.mistakes:
        return answers.mistakes
    command = connect.AnswerByLink(link_id=found.link_id, on=due.today(now), **answers.values)
    try:
        await answer(found, command, now)
    except Refused as refusal:
        return (reading.refused(BY_LINK, str(refusal)),)
    except Conflict:
        return (Mistake(field="", sentence=by_link.AGAIN),)
    return ()


async def _page(
    console: Environment, found: Opened, token: str, given: Mapping[str, str], mistakes: tuple[Mistake, ...]
) -> Response[str]:
    tenant = await ics_name(found.tenant)
    if found.told is None:
        said = by_link.Said(title="Thank you", sentence=_what_was_answered(found))
        return by_link.page(console, "said.html", said, 200, tenant)
    answer = Answer(told=found.told, form=_form(token, given, mistakes), token=token)
    return by_link.page(console, "connections/answer.html", answer, 422 if mistakes else 200, tenant)


def _form(token: str, given: Mapping[str, str], mistakes: tuple[Mistake, ...]) -> AskForm:
    return AskForm(
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


def _what_was_answered(found: Opened) -> str:
    which = {
        connection.ProviderAccepted: "accept",
        connection.ProviderWaitlisted: "waiting_list",
        connection.ProviderDeclined: "decline",
    }.get(type(found.answer), "")
    said = next((choice.text for choice in ANSWERS if choice.value == which), "")
    return f"You have answered: {said}. The link worker sees it. If that was a mistake, tell them: this link is used."
