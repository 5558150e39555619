"""The voter's link: an organisation without an account chooses among the applications of a round, looks, votes once, and reads the tally."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from jinja2 import Environment
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes, due
from commonweal.domain.chest import fund, fund_rounds, grant, grant_application
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused
from commonweal.kernel.append import Conflict
from commonweal.runtime.asking import Asking
from commonweal.runtime.organisations import called, ics_name
from commonweal.runtime.pages import by_link
from commonweal.runtime.pages.asks import typed
from commonweal.runtime.pages.page import Asked
from commonweal.runtime.voter_links import Opened, VoterLinks, cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An application on the ballot. `does`: what the organisation wrote that it will do. `own`: of the organisation that votes, which does not vote for itself."""

    grant_id: str
    title: str
    organisation: str
    asked: str
    purpose: str
    does: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """`most`: how many one may choose; `looked`: what was chosen is shown before it is cast."""

    about: str
    organisation: str
    candidates: tuple[Candidate, ...]
    most: int
    until: date
    chosen: tuple[str, ...]
    looked: bool
    mistake: str
    action: str
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """After the vote. `votes`: (application, organisation, votes), most first, once they are counted."""

    about: str
    title: str
    sentence: str
    votes: tuple[tuple[str, str, int], ...]
    turnout: str


def routes(asking: Asking, console: Environment, links: VoterLinks) -> list[HTTPRouteHandler]:
    """The page of whoever votes."""

    @get("/vote/{token:str}")
    async def opened(token: str) -> Response[Any]:
        now = datetime.now(UTC)
        found = await links.open(asking.store, token, now)
        if _is_over(found, now):
            return await _tally(console, found)
        return await _ballot(console, found, token, ())

    @post("/vote/{token:str}")
    async def sent(request: Asked, token: str) -> Response[Any]:
        given, now = typed(await request.form()), datetime.now(UTC)
        found = await links.open(asking.store, token, now)
        by_link.require_own(given, token)
        chosen = tuple(part for part in given.get("choices", "").split(",") if part)
        if _is_over(found, now):
            return by_link.back_to(f"/vote/{token}")
        if given.get("then") == "change":
            return await _ballot(console, found, token, chosen)
        if mistake := _wrong(found, chosen):
            return await _ballot(console, found, token, chosen, mistake=mistake)
        if given.get("then") != "cast":
            return await _ballot(console, found, token, chosen, looked=True)
        try:
            await cast(found, chosen, now)
        except (Refused, Conflict) as refusal:
            return await _ballot(console, found, token, chosen, mistake=sentence_case(str(refusal)))
        return by_link.back_to(f"/vote/{token}")

    return [opened, sent]


def _is_over(found: Opened, now: datetime) -> bool:
    """They have voted, or nobody votes any more."""
    voted = found.organisation in found.state.votes
    return voted or found.state.counted is not None or due.today(now) > found.opened.closes_on


def _wrong(found: Opened, chosen: tuple[str, ...]) -> str:
    """What is wrong with a choice; nothing where nothing is."""
    there = {each.grant_id for each in found.opened.candidates if each.organisation != found.organisation}
    if not chosen:
        return "Choose at least one application"
    if len(set(chosen)) > found.opened.votes:
        return f"Choose no more than {found.opened.votes}"
    return "" if there.issuperset(chosen) and len(set(chosen)) == len(chosen) else "Choose among those on the list"


async def _ballot(
    console: Environment, found: Opened, token: str, chosen: tuple[str, ...], *, looked: bool = False, mistake: str = ""
) -> Response[str]:
    page = Ballot(
        about=await _about(found),
        organisation=(await called(found.tenant, (found.organisation,)))[found.organisation],
        candidates=await _candidates(found),
        most=found.opened.votes,
        until=found.opened.closes_on,
        chosen=chosen,
        looked=looked,
        mistake=mistake,
        action=f"/vote/{token}",
        proof=token,
    )
    return by_link.page(console, "vote.html", page, 422 if mistake else 200, await ics_name(found.tenant))


async def _tally(console: Environment, found: Opened) -> Response[str]:
    counted, voted = found.state.counted, found.organisation in found.state.votes
    title = "Your vote is cast" if voted else "The last day to vote is over"
    if counted is not None:
        sentence = "The votes are counted. The panel takes them up when it decides."
    else:
        sentence = f"The votes are counted after {long_date(found.opened.closes_on)}, or once everyone has voted. This link shows them then."
    names = {each.grant_id: each for each in await _candidates(found)}
    page = Tally(
        about=await _about(found),
        title="What the votes came to" if counted else title,
        sentence=sentence,
        votes=tuple(
            (names[each.grant_id].title, names[each.grant_id].organisation, each.votes) for each in counted.tally
        )
        if counted
        else (),
        turnout=f"{counted.turnout} of {len(found.opened.voters)} organisations voted." if counted else "",
    )
    return by_link.page(console, "voted.html", page, 200, await ics_name(found.tenant))


async def _about(found: Opened) -> str:
    chest: fund.State = (await found.tenant.streams.get(fund.CATEGORY, found.opened.fund_id)).state
    name = chest.founded.name if chest.founded else ""
    return f"{name}, {fund_rounds.known(chest.rounds, found.opened.round_id).opened.name}"


async def _candidates(found: Opened) -> tuple[Candidate, ...]:
    """The applications in the order of the ballot, as they were sent."""
    names = await called(found.tenant, {each.organisation for each in found.opened.candidates})
    made = []
    for each in found.opened.candidates:
        state: grant.State = (await found.tenant.streams.get(grant.CATEGORY, each.grant_id)).state
        draft, asked = state.application.draft, state.application.submitted
        does = draft.statement if draft else None
        made.append(
            Candidate(
                grant_id=each.grant_id,
                title=grant_application.title(state.application) or _UNTITLED,
                organisation=names[each.organisation],
                asked=pounds(asked.amount_pence) if asked else "",
                purpose=sentence_case(codes.NEEDS[asked.purpose]) if asked else "",
                does=does if isinstance(does, str) else "",
                own=each.organisation == found.organisation,
            )
        )
    return tuple(made)


_UNTITLED: Final = "An application"
