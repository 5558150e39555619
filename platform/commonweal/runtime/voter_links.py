"""Voter links: each organisation that may vote in a round has one, votes by it once, and reads there what the votes came to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from commonweal.domain import due
from commonweal.domain.chest import ballot
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.runtime import mutations
from commonweal.runtime.links import Links
from commonweal.runtime.settings import Settings
from tenants.store import Store, Tenant


@dataclass(frozen=True, slots=True)
class Opened:
    """The ballot a link is of, and whose vote it gives."""

    tenant: Tenant
    ballot_id: str
    token_id: str
    organisation: str
    state: ballot.State
    opened: ballot.BallotOpened


class VoterLinks(Links):
    """The links by which organisations vote."""

    def __init__(self, settings: Settings, platform_key: bytes) -> None:
        super().__init__(settings, platform_key, "voter link", "/vote", "officer")

    async def open(self, store: Store, text: str, now: datetime) -> Opened:
        """What a link opens now, weighed against the ballot itself. Raises `Closed`."""
        token, tenant = await self.find(store, text)
        state: ballot.State = (await tenant.streams.committed(ballot.CATEGORY, token.record)).state
        organisation = ballot.voter(token.link)
        if (opened := state.opened) is None or organisation not in opened.voters:
            raise self.nothing()
        links = {each.id: each for each in (ballot.link(opened, made, organisation) for made in state.links)}
        newest = next(reversed(links.values()), None)
        if token.link in state.tokens:  # the one that was voted by shows what came of it, replaced or not
            newest = links.get(token.link)
        self.weigh(token, newest, links, due.today(now))
        return Opened(tenant, token.record, token.link, organisation, state, opened)


async def cast(found: Opened, choices: tuple[str, ...], now: datetime) -> None:
    """Give the organisation's vote, attributed to the link. Raises `Refused`."""
    vote = ballot.CastVote(organisation=found.organisation, token_id=found.token_id, choices=choices, on=due.today(now))
    command_id = uuid5(mutations.COMMAND_IDS, f"{found.token_id}|{found.ballot_id}|{','.join(choices)}")
    about = About(command_id=command_id, occurred_at=now, actor=f"link:{found.token_id}", channel="voter_link")
    await handle(found.tenant.streams, found.ballot_id, vote, about)
