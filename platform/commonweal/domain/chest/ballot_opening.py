"""Opening a ballot: the applications of a round that may be funded stand on it, each on one, and one ballot after the other."""

from datetime import date, timedelta
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.chest import ballot, fund, fund_rounds, grant
from commonweal.domain.chest.grant_application import MAY_BE_FUNDED
from commonweal.domain.message import Refused, command


@command
class OpenBallot:
    """`grants`: applications of the round, in the order of the ballot. `voters`: organisations; those who apply where none are given.
    `known_ballots`: the others of the round."""

    fund_id: str
    round_id: str
    grants: tuple[str, ...]
    voters: tuple[str, ...] = ()
    closes_on: date
    known_ballots: tuple[str, ...] = ()
    on: date
    by: str


PRIMARY: Final = ballot.CATEGORY
CREATES: Final = (OpenBallot,)

Command = OpenBallot
LEAST: Final = 2
"""Of one there is nothing to choose."""
MOST: Final = 200
LONGEST: Final = timedelta(days=92)
"""A day further off is mistyped, and nothing of the round could be decided until then. Local."""


def reads(_state: ballot.State, command: Command) -> tuple[tuple[str, str], ...]:
    if not LEAST <= len(command.grants) <= MOST or len(set(command.grants)) != len(command.grants):
        raise Refused(f"grants must be {LEAST} to {MOST} applications, each once")
    chest = (fund.CATEGORY, values.identifier(command.fund_id, "fund_id"))
    grants = ((grant.CATEGORY, values.identifier(each, "grants")) for each in command.grants)
    return (chest, *grants, *((ballot.CATEGORY, each) for each in dict.fromkeys(command.known_ballots)))


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[ballot.Event, ...], ...]:
    """Shapes: `states` is (ballot, fund, *grants of the command, *the ballots it knows)."""
    state: ballot.State = states[0]
    chest: fund.State = states[1]
    grants: tuple[grant.State, ...] = states[2 : 2 + len(command.grants)]
    others: tuple[ballot.State, ...] = states[2 + len(command.grants) :]
    nothing: tuple[tuple[ballot.Event, ...], ...] = ((),) * len(states)
    fund.known(chest)
    found = fund_rounds.known(chest.rounds, command.round_id)
    if found.opened.method != "participatory":
        raise Refused("this round is not decided by vote")
    for each in grants:
        if (each.fund_id, each.round_id) != (command.fund_id, command.round_id):
            raise Refused("grants names an application that was not made in this round")
    voters = command.voters or tuple(each.organisation for each in grants)
    opened = ballot.BallotOpened(
        fund_id=command.fund_id,
        round_id=command.round_id,
        candidates=tuple(
            ballot.Candidate(grant_id, each.organisation) for grant_id, each in zip(command.grants, grants, strict=True)
        ),
        voters=tuple(dict.fromkeys(values.organisation(each, "voters") for each in voters)),
        votes=chest.rules[found.opened.rules_version].votes,
        closes_on=command.closes_on,
        by=command.by,
    )
    if state.opened is not None:
        if state.opened == opened:
            return nothing
        raise Refused("there is a ballot with this id already: take a new one")
    if command.closes_on < command.on:
        raise Refused("closes_on lies in the past")
    if command.closes_on > command.on + LONGEST:
        raise Refused(f"closes_on is more than {LONGEST.days} days away")
    for each in grants:
        if each.phase not in MAY_BE_FUNDED:
            raise Refused(f"grants names an application that is {each.phase}: only one that may be funded is voted on")
    _check_others(command, others)
    return ((opened,), *nothing[1:])


def _check_others(command: OpenBallot, others: tuple[ballot.State, ...]) -> None:
    """Nobody votes on the same again, nor on two ballots of a round at once."""
    for each in others:
        if ballot.is_of(each, command.fund_id, command.round_id) and each.counted is None:
            raise Refused("a ballot of this round is open: count its votes before you open another")
        if any(ballot.is_on(each, command.fund_id, command.round_id, one) for one in command.grants):
            raise Refused("grants names an application that was voted on already: its votes are counted")
