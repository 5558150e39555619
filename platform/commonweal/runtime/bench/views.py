"""Views: the caseload board of fifty referrals, asked for over GraphQL by someone signed in, beside others who answer the same."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Final

from commonweal.domain.message import Refused
from commonweal.runtime.bench import views_board, views_funding, views_load, views_outcomes, views_peers, views_words
from commonweal.runtime.bench.measure import Measured, Plan, Row, Side, in_turn
from commonweal.runtime.bench.views_ground import CODE, PATIENCE, Ground, Web, asked, ground, process, question
from commonweal.runtime.bench.views_web import Served, serve
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
_BOARD: Final = "/board"
_TOTALS: Final = {"/outcomes": "outcomes by PCN and need", "/funding": "funds, awards and payments"}
"""What is mostly added up, by the path of its plain route."""
_ASKED: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    _BOARD: (views_board.DOCUMENT, {"first": views_board.PAGE, "after": None}),
    "/outcomes": (views_outcomes.DOCUMENT, views_outcomes.VARIABLES),
    "/funding": (views_funding.DOCUMENT, views_funding.VARIABLES),
}
"""The document of each path, and its variables."""
_ALSO: Final = {
    "and two readings of each case": views_outcomes.fill,
    "and a year of community chests": views_funding.fill,
}
_AT_LEAST: Final = {_PLAIN: 0.8, **dict.fromkeys(views_peers.NAMES, 3.0)}
_ALONE: Final = f"1 client / {_PLAIN} (idle: p50 ≤ 2.5 ms, p99 ≤ 10 ms, web ≤ 0.75 ms)"


async def measure(servers: Installation, plan: Plan, events: int = EVENTS) -> list[Row]:
    """All cases. The webs, the peers and the clients are processes of their own; the peers' tables are gone afterwards."""
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(ground(servers, events, plan.tell, _ALSO))
        product, routes = await _web(stack, here, _OURS, None), await _web(stack, here, _PLAIN, _ASKED)
        ours, plain = product.asked(question(here.token, None)), routes.asked(views_load.request(_BOARD, here.token))
        peers = await _peers(stack, here, plan.tell)
        _same(await here.answer(ours), await here.answer(plain))
        board = await here.board(ours)
        for name, peer in peers.items():
            _same_referrals(name, board, await here.board(peer))
        beside: dict[str, Web | None] = {_PLAIN: plain, **{name: peers.get(name) for name in views_peers.NAMES}}
        rows = await _beside(plan, ours, beside)
        last = await here.page(ours, min(_BEHIND, here.cases // views_board.PAGE - 1))
        turned = await in_turn(plan, {"a later page": last.side(CLIENTS), "page 1": ours.side(CLIENTS)})
        pages = zip((last, ours), turned.values(), strict=True)
        rows.append(_row(f"page {last.page + 1} / page 1, {CLIENTS} clients", 0.9, *pages))
        alone = await in_turn(plan, {"1 client": ours.side(1), f"1 client, {_PLAIN}": plain.side(1)})
        rows.append(_row(_ALONE, None, *zip((ours, plain), alone.values(), strict=True)))
        return [*rows, *[await _total(here, plan, path, product, routes) for path in _TOTALS]]


async def _total(here: Ground, plan: Plan, path: str, product: Web, routes: Web) -> Row:
    """What each answer costs is mostly PostgreSQL's, on either side."""
    ours = product.asked(asked(here.token, *_ASKED[path]))
    plain = routes.asked(views_load.request(path, here.token))
    _same(await here.answer(ours), await here.answer(plain))
    measured = await in_turn(plan, {_OURS: ours.side(CLIENTS), _PLAIN: plain.side(CLIENTS)})
    pairs = zip((ours, plain), measured.values(), strict=True)
    return _row(f"{_TOTALS[path]}, {CLIENTS} clients / {_PLAIN}", _AT_LEAST[_PLAIN], *pairs)


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


async def _web(
    stack: AsyncExitStack, here: Ground, name: str, plain: Mapping[str, tuple[str, dict[str, Any]]] | None
) -> Web:
    """The product's web process, or one of plain routes. What it is asked is still to be said."""
    pid, pipe = await stack.enter_async_context(process(serve, Served(here.servers, CODE, here.key, plain)))
    try:
        port = pipe.recv() if await asyncio.to_thread(pipe.poll, PATIENCE) else None
    except EOFError:
        port = None
    if port is None:
        raise Refused("the web process of the bench did not start")
    return Web(name, port, pid, here.tenant.placement.login, b"", here)


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
