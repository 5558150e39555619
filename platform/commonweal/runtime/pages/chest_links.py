"""Links of a community chest, for the officer to send on: an application's, and those of the organisations that vote. Shown once."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from jinja2 import Environment
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.domain.chest import ballot, fund, fund_rounds, grant, grant_application
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.applicant_links import ApplicantLinks
from commonweal.runtime.asking import Asking
from commonweal.runtime.organisations import called
from commonweal.runtime.pages.asks import among_theirs, carry_out
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker
from commonweal.runtime.voter_links import VoterLinks


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantLink:
    """`address`: the link, on the one page that shows it; `used`: it was shown before; `renew`: where a new one is made."""

    organisation: str
    address: str | None
    used: bool
    until: date
    action: str
    renew: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotLinks:
    """`about`: the fund and the round; `addresses`: (organisation, link), on the one page that shows them; `made`: there were some before; `over`: nobody votes any more."""

    voters: int
    addresses: tuple[tuple[str, str], ...]
    made: bool
    over: bool
    until: date
    action: str
    about: str
    back: str


def routes(
    asking: Asking, console: Environment, applicants: ApplicantLinks, voters: VoterLinks
) -> list[HTTPRouteHandler]:
    """The page of an application's link, and that of a ballot's."""
    pages = Pages(asking, console)

    @get("/grants/{grant_id:str}/link")
    async def before(request: Asked, grant_id: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        return await _of_a_grant(pages, request, asker, grant_id, None)

    @post("/grants/{grant_id:str}/link", status_code=200)
    async def show(request: Asked, grant_id: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        link = grant_application.link_of((await _grant(asker, grant_id)).application)
        if link.shown:
            return await _of_a_grant(pages, request, asker, grant_id, None)
        await carry_out(pages, asker, grant_application.ShowApplicantLink, grant_id, {"link_id": link.id}, {})
        address = applicants.link(asker.tenant.ods, grant_id, link)
        return await _of_a_grant(pages, request, asker, grant_id, address)

    @get("/ballots/{ballot_id:str}/links")
    async def list_before(request: Asked, ballot_id: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        return await _of_a_ballot(pages, request, asker, ballot_id, ())

    @post("/ballots/{ballot_id:str}/links", status_code=200)
    async def list_shown(request: Asked, ballot_id: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        opened = ballot.known(await _ballot(asker, ballot_id))
        made = str(uuid4())
        await carry_out(pages, asker, ballot.MakeVoterLinks, ballot_id, {"links_id": made}, {})
        names = await called(asker.tenant, opened.voters)
        links = tuple(
            (names[each], voters.link(asker.tenant.ods, ballot_id, ballot.link(opened, made, each)))
            for each in opened.voters
        )
        return await _of_a_ballot(pages, request, asker, ballot_id, links)

    return [before, show, list_before, list_shown]


async def _grant(asker: Asker, grant_id: str) -> grant.State:
    await _permit(asker, grant_application.ShowApplicantLink, grant_id)
    state: grant.State = (await asker.tenant.streams.committed(grant.CATEGORY, grant_id)).state
    if state.phase == "unknown":
        raise Missing("there is no such application")
    return state


async def _ballot(asker: Asker, ballot_id: str) -> ballot.State:
    await _permit(asker, ballot.MakeVoterLinks, ballot_id)
    state: ballot.State = (await asker.tenant.streams.committed(ballot.CATEGORY, ballot_id)).state
    if state.opened is None:
        raise Missing("there is no such ballot")
    return state


async def _permit(asker: Asker, command: type, record: str) -> None:
    if not permissions.may(asker.principal.grants, command):
        raise NotAllowed("your role does not let you make links of a community chest", kind="scope")
    await among_theirs(asker, command, record)


async def _of_a_grant(pages: Pages, request: Asked, asker: Asker, grant_id: str, address: str | None) -> Response[str]:
    state = await _grant(asker, grant_id)
    link, here = grant_application.link_of(state.application), f"/grants/{grant_id}/link"
    about = ApplicantLink(
        organisation=(await called(asker.tenant, (state.organisation,)))[state.organisation],
        address=address,
        used=link.shown,
        until=link.expires_on,
        action=here,
        renew=f"/do/replace-applicant-link/{grant_id}?back={here}",
        back=f"/grants/{grant_id}",
    )
    return await pages.html(request, asker, "applicant_link.html", about, here="")


async def _about(asker: Asker, opened: ballot.BallotOpened) -> str:
    chest: fund.State = (await asker.tenant.streams.get(fund.CATEGORY, opened.fund_id)).state
    return f"{fund.known(chest).name}, {fund_rounds.known(chest.rounds, opened.round_id).opened.name}"


async def _of_a_ballot(
    pages: Pages, request: Asked, asker: Asker, ballot_id: str, addresses: tuple[tuple[str, str], ...]
) -> Response[str]:
    state = await _ballot(asker, ballot_id)
    opened = ballot.known(state)
    about = BallotLinks(
        voters=len(opened.voters),
        addresses=addresses,
        made=bool(state.links),
        over=state.counted is not None,
        until=opened.closes_on,
        action=f"/ballots/{ballot_id}/links",
        about=await _about(asker, opened),
        back=f"/chests/{opened.fund_id}/rounds/{opened.round_id}",
    )
    return await pages.html(request, asker, "voter_links.html", about, here="")
