"""Applying in a round: begun with a link, sent while the round is open."""

from datetime import date
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.chest import fund, fund_rounds, grant, grant_application
from commonweal.domain.message import Refused, command


@command
class StartApplication:
    """`organisation`: who applies. `link_id`: of a link by which it goes on without an account."""

    fund_id: str
    round_id: str
    organisation: str
    link_id: str
    on: date
    by: str


@command
class SubmitApplication:
    """Sent as it was saved last, and not changed after that."""

    fund_id: str
    on: date
    by_link: str | None = None


PRIMARY: Final = grant.CATEGORY
CREATES: Final = (StartApplication,)

Command = StartApplication | SubmitApplication
Decision = tuple[tuple[grant.Event, ...], tuple[fund.Event, ...]]


def reads(_state: grant.State, command: Command) -> tuple[tuple[str, str], ...]:
    return ((fund.CATEGORY, values.identifier(command.fund_id, "fund_id")),)


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (grant, fund)."""
    state: grant.State = states[0]
    chest: fund.State = states[1]
    fund.known(chest)
    match command:
        case StartApplication():
            return _start(state, chest, command), ()
        case SubmitApplication():
            return _submit(state, chest, command), ()


def _start(state: grant.State, chest: fund.State, command: StartApplication) -> tuple[grant.Event, ...]:
    organisation = values.organisation(command.organisation)
    link = values.identifier(command.link_id, "link_id")
    if state.phase != "unknown":
        if (state.fund_id, state.round_id, state.organisation) == (command.fund_id, command.round_id, organisation):
            return ()
        raise Refused("this application was started already: take a new id")
    found = fund_rounds.known(chest.rounds, command.round_id)
    if found.closed or command.on > found.closes_on:
        raise Refused("one cannot apply in this round any more")
    return (
        grant.ApplicationStarted(
            fund_id=command.fund_id,
            round_id=command.round_id,
            organisation=organisation,
            link_id=link,
            link_expires_on=grant_application.link_expires(command.on),
            by=command.by,
        ),
    )


def _submit(state: grant.State, chest: fund.State, command: SubmitApplication) -> tuple[grant.Event, ...]:
    grant.check_fund(state, command.fund_id, "application is made to")
    if state.phase == "submitted":
        return ()
    grant_application.require(state.phase, {"started"}, "be sent")
    saved = grant_application.whole(state.application)
    found = fund_rounds.known(chest.rounds, state.round_id)
    amount, purpose, area = saved.amount_pence or 0, saved.purpose or "", saved.area or ""
    fund_rounds.check_ask(found, amount, command.on)
    return (
        grant_application.ApplicationSubmitted(
            amount_pence=amount,
            purpose=purpose,
            area=area,
            submitted_on=command.on,
            fast_track=amount < found.opened.fast_track_below_pence,
            link_id=command.by_link,
        ),
    )
