"""Views: the caseload board of fifty referrals, asked for over GraphQL by someone signed in, beside others who answer the same."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Final

from commonweal.domain.message import Refused
from commonweal.runtime.bench import views_board, views_funding, views_load, views_outcomes, views_peers, views_words
from commonweal.runtime.bench.measure import Measured, Plan, Row, Side, in_turn
from commonweal.runtime.bench.views_ground import CODE, PATIENCE, Ground, Web, asked, ground, process, question
from commonweal.runtime.bench.views_web import PLAIN, Served, serve
from commonweal.runtime.installation import Installation

EVENTS: Final = 36_000
"""Enough for a hundred pages."""
CLIENTS: Final = 16
_WARM: Final = 3
"""Rounds' time that each side is asked before its rounds."""
_UNIT: Final = "requests/s"
_BEHIND: Final = 99
"""Pages before the one a reader has turned to, where there are so many."""
_OURS: Final = "GraphQL"
_PLAIN: Final = "a plain route of the same JSON"
_TOTALS: Final = {
    "outcomes by PCN and need": (views_outcomes.DOCUMENT, views_outcomes.VARIABLES),
    "funds, awards and payments": (views_funding.DOCUMENT, views_funding.VARIABLES),
}
"""What is mostly added up: the document and its variables."""
_AT_LEAST: Final = {_PLAIN: 0.8, **dict.fromkeys(views_peers.NAMES, 3.0)}
_ALONE: Final = f"1 client / {_PLAIN} (idle: p50 ≤ 2.5 ms, p99 ≤ 10 ms, web ≤ 0.75 ms)"


async def measure(servers: Installation, plan: Plan, events: int = EVENTS) -> list[Row]:
    """All cases. The webs, the peers and the clients are processes of their own; the peers' tables are gone afterwards."""
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(ground(servers, events, plan.tell))
        webs = await _webs(stack, here, _board(here))
        ours = webs[_OURS]
        peers = await _peers(stack, here, plan.tell)
        _same(await here.answer(ours), await here.answer(webs[_PLAIN]))
        board = await here.board(ours)
        for name, peer in peers.items():
            _same_referrals(name, board, await here.board(peer))
        beside: dict[str, Web | None] = {_PLAIN: webs[_PLAIN], **{name: peers.get(name) for name in views_peers.NAMES}}
        rows = await _beside(plan, ours, beside)
        last = await here.page(ours, min(_BEHIND, here.cases // views_board.PAGE - 1))
        turned = await in_turn(plan, {"a later page": last.side(CLIENTS), "page 1": ours.side(CLIENTS)})
        pages = zip((last, ours), turned.values(), strict=True)
        rows.append(_row(f"page {last.page + 1} / page 1, {CLIENTS} clients", 0.9, *pages))
        plain = webs[_PLAIN]
        alone = await in_turn(plan, {"1 client": ours.side(1), f"1 client, {_PLAIN}": plain.side(1)})
        rows.append(_row(_ALONE, None, *zip((ours, plain), alone.values(), strict=True)))
        return [*rows, *[await _total(stack, here, plan, name) for name in _TOTALS]]


async def _total(stack: AsyncExitStack, here: Ground, plan: Plan, name: str) -> Row:
    """What each answer costs is mostly PostgreSQL's, on either side."""
    document, variables = _TOTALS[name]
    sides: Asked = {
        _OURS: (None, asked(here.token, document, variables)),
        _PLAIN: ((document, variables), views_load.request(PLAIN, here.token)),
    }
    ours, plain = (await _webs(stack, here, sides)).values()
    _same(await here.answer(ours), await here.answer(plain))
    measured = await in_turn(plan, {_OURS: ours.side(CLIENTS), _PLAIN: plain.side(CLIENTS)})
    pairs = zip((ours, plain), measured.values(), strict=True)
    return _row(f"{name}, {CLIENTS} clients / {_PLAIN}", _AT_LEAST[_PLAIN], *pairs)


async def _beside(plan: Plan, ours: Web, beside: dict[str, Web | None]) -> list[Row]:
    for web in (ours, *beside.values()):
        if web is not None:  # V8 compiles what is asked often: a peer measured cold would be measured unfairly
            await web.side(CLIENTS)(_WARM * plan.seconds)
    sides: dict[str, Side | None] = {_OURS: ours.side(CLIENTS)}
    sides |= {name: None if web is None else web.side(CLIENTS) for name, web in beside.items()}
    measured = await in_turn(plan, sides)
    return [
        _row(f"{CLIENTS} clients / {name}", _AT_LEAST[name], (ours, measured[_OURS]), (web, measured[name]))
        for name, web in beside.items()
    ]


Asked = dict[str, tuple[tuple[str, dict[str, Any]] | None, bytes]]
"""By the side's name: what its plain route answers with, and the request."""


def _board(here: Ground) -> Asked:
    variables = {"first": views_board.PAGE, "after": None}
    return {
        _OURS: (None, question(here.token, None)),
        _PLAIN: ((views_board.DOCUMENT, variables), views_load.request(PLAIN, here.token)),
    }


async def _webs(stack: AsyncExitStack, here: Ground, sides: Asked) -> dict[str, Web]:
    """The product's web process, and one of the plain route."""
    found = {}
    for name, (plain, request) in sides.items():
        served = Served(here.servers, CODE, here.key, plain)
        pid, pipe = await stack.enter_async_context(process(serve, served))
        try:
            port = pipe.recv() if await asyncio.to_thread(pipe.poll, PATIENCE) else None
        except EOFError:
            port = None
        if port is None:
            raise Refused("the web process of the bench did not start")
        found[name] = Web(name, port, pid, here.tenant.placement.login, request, here)
    return found


async def _peers(stack: AsyncExitStack, here: Ground, tell: Callable[[str], object]) -> dict[str, Web]:
    """The peers that are there, each with its own words for the question."""
    folder = await views_peers.installed(tell)
    if folder is None:
        return {}
    url = await stack.enter_async_context(views_peers.tables(here.servers, here.tenant.placement))
    found = {}
    for name, words in views_words.DOCUMENTS.items():
        peer = await stack.enter_async_context(views_peers.serving(name, folder, url, CODE))
        document = words(views_board.FIELDS)
        found[name] = Web(name, peer.port, peer.pid, views_peers.LOGIN, question(peer.token, None, document), here)
    return found


def _same(ours: dict[str, Any], plain: dict[str, Any]) -> None:
    """A bench beside an answer of something else would be no bench."""
    if any(_without_clock(plain[name]) != _without_clock(answer) for name, answer in ours.items()):
        raise RuntimeError("the plain route does not answer the same")
    if empty := [name for name, answer in ours.items() if not (answer.get("edges") or answer.get("rows"))]:
        raise RuntimeError(f"there is nothing to answer of {empty}")


def _without_clock(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "asOf"}


def _same_referrals(name: str, ours: dict[str, Any], other: dict[str, Any]) -> None:
    """A peer's cursors are its own; whoever and whatever stands on the board is not."""
    nodes = [_instants(edge["node"]) for edge in ours["edges"]]
    theirs = [_instants(views_words.as_ours(edge["node"])) for edge in other["edges"]]
    if theirs != nodes:
        differ = {key for a, b in zip(nodes, theirs, strict=False) for key in a if a[key] != b.get(key)}
        raise RuntimeError(f"{name} does not answer the same referrals: {sorted(differ) or len(theirs)}")


def _instants(node: dict[str, Any]) -> dict[str, Any]:
    read = {name: datetime.fromisoformat(node[name]) for name in ("receivedAt", "since")}
    return {**node, **read}


def _row(
    case: str, at_least: float | None, ours: tuple[Web, Measured | None], beside: tuple[Web | None, Measured | None]
) -> Row:
    web, measured = ours
    assert measured is not None  # noqa: S101 – our own sides are always there
    said = f"server + PostgreSQL CPU an answer: {web.cost}"
    if beside[0] is not None:
        said += f"; beside {beside[0].cost}"
    return Row(f"{case}\n{said}", _UNIT, at_least, measured, beside[1])
