"""Ballot: a round that is decided by vote. Each organisation that may vote has one token; what the votes came to is published."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from commonweal.domain import values
from commonweal.domain.link import Link, check_new
from commonweal.domain.message import Refused, command, event


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application that can be voted for, and who made it."""

    grant_id: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Count:
    grant_id: str
    votes: int


# These names are the storage format: never renamed.


@event
class BallotOpened:
    """`voters`: organisations with one vote each. `votes`: how many applications a vote names at most."""

    fund_id: str
    round_id: str
    candidates: tuple[Candidate, ...]
    voters: tuple[str, ...]
    votes: int
    closes_on: date
    by: str


@event
class VoterLinksMade:
    """Each organisation that may vote has a link of these from now on, and no other."""

    links_id: str
    by: str


@event
class VoteCast:
    """`token_id`: of the organisation's one token. `choices`: applications, each once."""

    organisation: str
    token_id: str
    choices: tuple[str, ...]


@event
class VotesCounted:
    """`tally`: by votes, of equal ones in the order of the ballot. `method`: of `codes.VOTE_METHODS`."""

    tally: tuple[Count, ...]
    method: str
    turnout: int
    by: str


@command
class MakeVoterLinks:
    """A link for each organisation that may vote, shown once; those made before open nothing any more."""

    links_id: str
    by: str


@command
class CastVote:
    """An organisation votes once, and not for itself. `token_id`: see `token`."""

    organisation: str
    token_id: str
    choices: tuple[str, ...]
    on: date


@command
class CountVotes:
    on: date
    by: str


CATEGORY: Final = "ballot"

Event = BallotOpened | VoterLinksMade | VoteCast | VotesCounted
Command = MakeVoterLinks | CastVote | CountVotes
"""`ballot_opening` opens it, with the fund and the applications."""


@dataclass(frozen=True, slots=True)
class State:
    opened: BallotOpened | None = None
    links: tuple[str, ...] = ()
    """Ids of the links that were made; the last are those that count."""
    votes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By organisation."""
    tokens: frozenset[str] = frozenset()
    """Tokens that were used."""
    counted: VotesCounted | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case BallotOpened():
            return State(opened=event)
        case VoterLinksMade(links_id=links):
            return replace(state, links=(*state.links, links))
        case VoteCast(organisation=organisation, token_id=used, choices=choices):
            return replace(state, votes={**state.votes, organisation: choices}, tokens=state.tokens | {used})
        case VotesCounted():
            return replace(state, counted=event)


def decide(state: State, command: Command) -> tuple[Event, ...]:
    opened = known(state)
    match command:
        case MakeVoterLinks():
            return _make_links(state, opened, command)
        case CastVote():
            return _cast(state, opened, command)
        case CountVotes(on=today, by=by):
            if state.counted is not None:
                return ()
            everyone = len(state.votes) == len(opened.voters)
            if today <= opened.closes_on and not everyone:
                raise Refused("one may still vote: count when everyone has, or the last day is over")
            return (VotesCounted(tally=tally(state, opened), method="approval", turnout=len(state.votes), by=by),)


def known(state: State) -> BallotOpened:
    """Refuses unless there is such a ballot."""
    if state.opened is None:
        raise Refused("there is no such ballot")
    return state.opened


def is_of(state: State, fund_id: str, round_id: str) -> bool:
    """Is it a ballot of this round?"""
    return state.opened is not None and (state.opened.fund_id, state.opened.round_id) == (fund_id, round_id)


def is_on(state: State, fund_id: str, round_id: str, grant_id: str) -> bool:
    """Is it a ballot of this round on which that application stands?"""
    return (
        state.opened is not None
        and is_of(state, fund_id, round_id)
        and any(each.grant_id == grant_id for each in state.opened.candidates)
    )


def token(links_id: str, organisation: str) -> str:
    """The id of an organisation's one token among the links that were made."""
    return f"{links_id}:{organisation}"


def link(opened: BallotOpened, links_id: str, organisation: str) -> Link:
    """The link by which an organisation votes; it opens for a season longer, so that they read what the votes came to."""
    return Link(token(links_id, organisation), opened.closes_on + READABLE)


READABLE: Final = timedelta(days=90)
"""Local."""


def voter(token_id: str) -> str:
    """Whose token it is."""
    return token_id.rpartition(":")[2]


def _make_links(state: State, opened: BallotOpened, command: MakeVoterLinks) -> tuple[Event, ...]:
    for organisation in opened.voters:
        values.identifier(token(command.links_id, organisation), "links_id")
    if state.links and state.links[-1] == command.links_id:
        return ()
    check_new(command.links_id, state.links, "links_id")
    if len(state.links) >= MOST_LINKS:
        raise Refused(f"the links of this ballot were made {MOST_LINKS} times already")
    if state.counted is not None:
        raise Refused("the votes are counted: nobody votes any more")
    return (VoterLinksMade(links_id=command.links_id, by=command.by),)


MOST_LINKS: Final = 100


def _cast(state: State, opened: BallotOpened, command: CastVote) -> tuple[Event, ...]:
    organisation = values.organisation(command.organisation)
    used = values.identifier(command.token_id, "token_id")
    if organisation not in opened.voters:
        raise Refused("this organisation has no vote in this round")
    if organisation in state.votes:
        if state.votes[organisation] == command.choices and used in state.tokens:
            return ()
        raise Refused("this organisation has voted: a vote is not changed")
    if state.counted is not None or command.on > opened.closes_on:
        raise Refused("the last day to vote is over")
    if used in state.tokens:
        raise Refused("this token was used already")
    if state.links and used != token(state.links[-1], organisation):
        raise Refused("this link was replaced by a newer one: ask the chest officer for it")
    candidates = {each.grant_id: each.organisation for each in opened.candidates}
    if not 1 <= len(command.choices) <= opened.votes or len(set(command.choices)) != len(command.choices):
        raise Refused(f"choices must be 1 to {opened.votes} applications, each once")
    for choice in command.choices:
        if choice not in candidates:
            raise Refused("choices names an application that is not on this ballot")
        if candidates[choice] == organisation:
            raise Refused("an organisation does not vote for its own application")
    return (VoteCast(organisation=organisation, token_id=used, choices=command.choices),)


def tally(state: State, opened: BallotOpened) -> tuple[Count, ...]:
    """Votes of each application, most first; of equal ones in the order of the ballot. Approval voting: each choice is one vote."""
    counts = {each.grant_id: 0 for each in opened.candidates}
    for choices in state.votes.values():
        for choice in choices:
            counts[choice] += 1
    return tuple(Count(grant_id, votes) for grant_id, votes in sorted(counts.items(), key=lambda each: -each[1]))
