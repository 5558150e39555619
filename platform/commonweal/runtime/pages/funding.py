"""Funding: what an organisation's money has come to in every ICS it gives to, as at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import charts
from commonweal.console.as_at import AsAt, as_at
from commonweal.console.charts import Bars, Given
from commonweal.console.forms import Mistake
from commonweal.console.numbers import Line, Numbers
from commonweal.console.wording import sentence_case
from commonweal.domain.chest.money import pounds
from commonweal.runtime.funding import Gathered, Part, gathered
from commonweal.runtime.pages.back import address
from commonweal.runtime.pages.chest_pieces import MONEY, money_bars
from commonweal.runtime.pages.chest_told import sentence
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.statement import DOCUMENT
from commonweal.runtime.schema import Asker

Row = Mapping[str, Any]
STATEMENT: Final = "/funding/statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """The funds of an ICS with the money that is for the one who asks. `position`: how much of its log they count."""

    nodes: tuple[Row, ...]
    position: int

    @property
    def sums(self) -> Mapping[str, int]:
        return sums([each for node in self.nodes for each in node["funders"]], tuple(MONEY))


@dataclass(frozen=True, slots=True, kw_only=True)
class ICSShown:
    """`told`: what came of each fund, as it was told last. `chests`: where its funds are opened; nowhere for whom is signed in to another."""

    id: str
    name: str
    position: int
    funds: Numbers
    told: tuple[tuple[str, str], ...]
    statement: str
    chests: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingPage:
    """Money in every ICS, as at one moment: `money` and `shares` as pictures with the same in `numbers`. `missing`: a sentence for
    each ICS that is not in them."""

    money: Bars | None
    shares: Bars | None
    numbers: Numbers
    places: tuple[ICSShown, ...]
    missing: tuple[str, ...]
    again: str
    statement: str
    as_at: AsAt
    at: datetime


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/funding`."""
    return [pages.at("/funding", show)]


def moment(asked: Mapping[str, str], now: datetime) -> tuple[AsAt, datetime]:
    """The past moment that is shown, and the moment itself, which is now where none is: what was typed, else what a link brings in `at`."""
    typed = as_at(asked, now)
    if typed.at is not None or typed.typed or "at" not in asked:
        return typed, typed.at or now
    try:
        at = datetime.fromisoformat(asked["at"])
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at > now:
        wrong = Mistake(field="day", sentence="That moment cannot be: choose a day, today or in the past")
        return AsAt(mistakes=(wrong,)), now
    return AsAt(at=at), at.astimezone(UTC)


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """What there is, everywhere. Raises NotAllowed for who is nobody's funder."""
    typed, at = moment(request.query_params, asker.now)
    found = await gathered(pages.asking, asker, partial(funds, pages, at=at))
    by_part = [(part, part.answer.sums) for part in found.parts]
    total = sums([each for _, each in by_part], tuple(MONEY))
    lines = [
        Line(text=part.ics.name, cells=tuple(pounds(each[kind]) for kind in MONEY), href=f"#{part.ics.ods}")
        for part, each in by_part
    ]
    of_all = Line(text=f"Total{without(found)}", cells=tuple(pounds(total[kind]) for kind in MONEY))
    page = FundingPage(
        money=money_bars(total) if total["pledged"] else None,
        shares=_shares(by_part) if len(by_part) > 1 and total["confirmed"] else None,
        numbers=Numbers(first="ICS", headings=tuple(MONEY.values()), lines=(*lines, of_all)),
        places=tuple(_place(part, asker.tenant.ods, then(typed)) for part in found.parts),
        missing=missing(found),
        again=address("/funding", then(typed)),
        statement=address(STATEMENT, then(typed)),
        as_at=typed,
        at=at,
    )
    status = 422 if typed.mistakes else 200
    return await pages.html(request, asker, "community_chest/funding.html", page, status=status, here="/funding")


def _shares(by_part: Sequence[tuple[Part[Funds], Mapping[str, int]]]) -> Bars:
    given = [(part.ics.name, each["confirmed"]) for part, each in by_part]
    return charts.bars([Given(name, pence / 100, said=pounds(pence)) for name, pence in given], "Pounds")


async def funds(pages: Pages, asker: Asker, at: datetime) -> Funds:
    """Every fund they pledged to, page by page."""
    nodes: list[Row] = []
    after = None
    while True:
        found = (await pages.ask(asker, "Funding", DOCUMENT, asOf={"instant": at.isoformat()}, after=after))["funds"]
        nodes += [edge["node"] for edge in found["edges"]]
        if not found["pageInfo"]["hasNextPage"]:
            return Funds(nodes=tuple(nodes), position=found["position"])
        after = found["pageInfo"]["endCursor"]


def _place(part: Part[Funds], home: str, past: Mapping[str, str]) -> ICSShown:
    def leading(**more: str) -> str:
        return address(STATEMENT, {"ics": part.ics.ods, **more, **past})

    own = [(node, sums(node["funders"], tuple(MONEY))) for node in part.answer.nodes]
    lines = [
        Line(
            text=node["name"],
            cells=(sentence_case(node["phase"].lower()), *(pounds(each[kind]) for kind in MONEY)),
            href=leading(fund=node["id"]),
        )
        for node, each in own
    ]
    return ICSShown(
        id=part.ics.ods,
        name=part.ics.name,
        position=part.answer.position,
        funds=Numbers(first="Fund", headings=("It is", *MONEY.values()), lines=tuple(lines)),
        told=tuple((node["name"], sentence(node["effects"][0])) for node, _ in own if node["effects"]),
        statement=leading(),
        chests="/chests" if part.ics.ods == home else "",
    )


def sums(rows: Sequence[Row], kinds: Sequence[str]) -> dict[str, int]:
    return {kind: sum(row[kind] for row in rows) for kind in kinds}


def missing(found: Gathered[Any]) -> tuple[str, ...]:
    return tuple(f"{each.ics.name} is not in these figures: {each.why}" for each in found.missing)


def without(found: Gathered[Any]) -> str:
    """What a total has to say of itself."""
    names = [each.ics.name for each in found.missing]
    return f" without {' and '.join(names)}" if names else ""


def then(asked: AsAt) -> dict[str, str]:
    """The past moment a page is of, for the pages it leads to; nothing for now."""
    return {"at": asked.at.isoformat()} if asked.at else {}
