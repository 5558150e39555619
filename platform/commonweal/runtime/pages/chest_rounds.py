"""A round of a community chest: its board of applications, how far what is kept is met, and its ballot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import charts
from commonweal.console.charts import Bars, Given
from commonweal.console.numbers import Line, Numbers
from commonweal.console.page import Way
from commonweal.console.wording import long_date, plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest import ballot, fund_rounds
from commonweal.domain.chest.money import pounds
from commonweal.runtime import permissions
from commonweal.runtime.organisations import called
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.chest_pieces import DOCUMENT, PHASES, deeds
from commonweal.runtime.pages.counted import fresh, let_in
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker

_PER_ROUND: Final = ("start-application", "extend-round", "open-ballot", "close-round")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundShown:
    """`kept`: a sentence for each ring-fence, `fences` the same as bars; `met`: whether all of them are, in words."""

    title: str
    href: str
    facts: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    fences: Bars
    met: str
    deeds: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotShown:
    """A vote on a round: how far it is, and what it came to. Who voted is shown to nobody."""

    says: str
    tally: Numbers
    deeds: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An application on the board."""

    title: str
    organisation: str
    href: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPage:
    """The board of a round: `columns` are (phase in words, cards)."""

    fund: str
    fund_href: str
    round: RoundShown
    ballots: tuple[BallotShown, ...]
    columns: tuple[tuple[str, tuple[Card, ...]], ...]
    at: datetime
    position: int
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/chests/<fund>/rounds/<round>`."""

    @get("/chests/{fund_id:str}/rounds/{round_id:str}")
    async def board(request: Asked, fund_id: str, round_id: str) -> Response[str]:
        return await show_round(pages, request, await pages.asking.asker(request, "console"), fund_id, round_id)

    return [board]


def shown_round(asker: Asker, fund: Mapping[str, Any], each: Mapping[str, Any], back: str) -> RoundShown:
    fund_id, fences = fund["id"], each["ringfences"]
    short = [fund_rounds.missing(fence["inside"], fence["total"], fence["percent"]) for fence in fences]
    kept = [
        f"{_share(fence)} of it is for {_purposes(fence)}; at least {fence['percent']}% must be"
        + (f": {pounds(lacking)} more is needed." if lacking else ".")
        for fence, lacking in zip(fences, short, strict=True)
    ]
    facts = (
        (
            "Open",
            f"{long_date(date.fromisoformat(each['opensOn']))} to {long_date(date.fromisoformat(each['closesOn']))}",
        ),
        ("It is", _stage(each, asker.reader.today)),
        ("Decided by", sentence_case(codes.FUND_METHODS.get(each["method"], each["method"]))),
        ("Awarded", pounds(each["awarded"])),
        ("Left to award", _left(each["left"], fund["balance"]["available"])),
    )
    over = asker.reader.today > date.fromisoformat(each["closesOn"])
    never = {"start-application"} if over else {"close-round"}
    voting = any(one["turnout"] is None for one in each["ballots"])
    never |= {"open-ballot"} if each["method"] != "participatory" or voting else set()
    offered = [name for name in _PER_ROUND if name not in never]
    return RoundShown(
        title=each["name"],
        href=f"/chests/{fund_id}/rounds/{each['id']}",
        facts=tuple((label, value) for label, value in facts if value),
        kept=tuple(kept),
        fences=charts.bars(
            [
                Given(
                    sentence_case(_purposes(fence)),
                    fence["share"] or 0,
                    mark=fence["percent"],
                    said=f"{_share(fence)}, {fence['percent']}% must be",
                )
                for fence in fences
            ],
            "Percent of what is awarded",
            "%",
            upto=100,
        ),
        met=_met(each, short),
        deeds=() if each["closed"] else deeds(asker, offered, fund_id, back, round_id=each["id"]),
    )


def _left(budget: int | None, available: int) -> str:
    """No more than the fund has, whatever the round's budget would allow; nothing is said of a round without one."""
    if budget is None:
        return ""
    if budget <= available:
        return pounds(budget)
    return f"{pounds(available)}, which is all the fund has, of {pounds(budget)} left of the round’s budget"


def _purposes(fence: Mapping[str, Any]) -> str:
    return " or ".join(codes.NEEDS.get(need, need) for need in fence["purposes"])


def _met(each: Mapping[str, Any], short: Sequence[int]) -> str:
    if not each["awarded"]:
        return "Nothing is awarded yet"
    return "It cannot be closed yet" if any(short) else "The part that is kept is there"


def _stage(each: Mapping[str, Any], today: date) -> str:
    if each["closed"]:
        return "Closed"
    if today < date.fromisoformat(each["opensOn"]):
        return "Not open yet"
    over = today > date.fromisoformat(each["closesOn"])
    return "Being decided: nobody can apply any more" if over else "Open: organisations can apply"


def _share(fence: Mapping[str, Any]) -> str:
    return "Nothing" if fence["share"] is None else f"{fence['share']}%"


async def show_round(pages: Pages, request: Asked, asker: Asker, fund_id: str, round_id: str) -> Response[str]:
    """The board of a round. Raises Missing where the one who asks sees no such round."""
    let_in(asker, "chest_grants", "applications")
    seen = await position(asker, request.query_params.get("position", ""))
    told = await pages.ask(asker, "Board", DOCUMENT, id=fund_id, round=round_id, position=seen)
    fund, found = told["fund"], told["grants"]
    each = next((edge["node"] for edge in told["fundRounds"]["edges"] if edge["node"]["id"] == round_id), None)
    if fund is None or each is None:
        raise Missing("there is no such round among those you see")
    names = await called(asker.tenant, {edge["node"]["organisation"] for edge in found["edges"]})
    cards = [(edge["node"]["phase"], _card(edge["node"], names)) for edge in found["edges"]]
    back = f"/chests/{fund_id}/rounds/{round_id}"
    page = RoundPage(
        fund=fund["name"],
        fund_href=f"/chests/{fund_id}",
        round=shown_round(asker, fund, each, back),
        ballots=tuple(
            _ballot(asker, one, {edge["node"]["id"]: edge["node"]["title"] for edge in found["edges"]}, back)
            for one in each["ballots"]
        ),
        columns=tuple(
            (text, here) for phase, text in PHASES.items() if (here := tuple(card for at, card in cards if at == phase))
        ),
        at=fresh(found, asker.now),
        position=found["position"],
        said=said(request.query_params),
    )
    return await pages.html(request, asker, "community_chest/round.html", page, here="/chests")


def _ballot(asker: Asker, each: Mapping[str, Any], titles: Mapping[str, str | None], back: str) -> BallotShown:
    until = long_date(date.fromisoformat(each["closesOn"]))
    counted = each["turnout"] is not None
    voters = plural(each["voters"], "organisation", "organisations")
    links = Way(text="The links for those who vote", href=f"/ballots/{each['id']}/links")
    may_link = not counted and permissions.may(asker.principal.grants, ballot.MakeVoterLinks)
    return BallotShown(
        says=f"{each['turnout']:,} of {voters} voted. The votes are counted."
        if counted
        else f"{voters} may vote until the end of {until}. Nobody sees how, and how many did is told once the votes are counted.",
        tally=Numbers(
            first="Application",
            headings=("Votes",),
            lines=tuple(
                Line(
                    text=titles.get(one["grantId"]) or "Not called anything yet",
                    cells=(f"{one['votes']:,}",),
                    href=f"/grants/{one['grantId']}",
                )
                for one in each["tally"]
            ),
        ),
        deeds=(*((links,) if may_link else ()), *(() if counted else deeds(asker, ("count-votes",), each["id"], back))),
    )


def _card(node: Mapping[str, Any], names: Mapping[str, str]) -> Card:
    facts = (
        f"asks for {pounds(node['asked'])}" if node["asked"] else "",
        sentence_case(codes.NEEDS.get(node["purpose"] or "", "")),
        f"recommended {pounds(node['recommended'])}" if node["recommended"] and not node["awarded"] else "",
        f"awarded {pounds(node['awarded'])}" if node["awarded"] else "",
        "fast track" if node["fastTrack"] else "",
        f"place {node['reserveRank']}" if node["reserveRank"] else "",
    )
    return Card(
        title=node["title"] or "Not called anything yet",
        organisation=names[node["organisation"]],
        href=f"/grants/{node['id']}",
        facts=tuple(fact for fact in facts if fact),
    )
