"""Grant: from an application to the last penny accounted for.

What happens in it has a module for each part: `grant_application`, `grant_assessment`, `grant_award`, `grant_payments`,
`grant_monitoring`. Money is promised and paid together with the fund: `award`, `payment`, `underspend`.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import tenant
from commonweal.domain.chest import (
    grant_application,
    grant_assessment,
    grant_award,
    grant_monitoring,
    grant_payments,
)
from commonweal.domain.chest.money import pounds
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Refused, event

# These names are the storage format: never renamed.


@event
class ApplicationStarted:
    """`link_id`: of the link by which the organisation goes on without an account."""

    fund_id: str
    round_id: str
    organisation: str
    link_id: str
    link_expires_on: date
    by: str


CATEGORY: Final = "grant"

Event = (
    ApplicationStarted
    | grant_application.Event
    | grant_assessment.Event
    | grant_award.Event
    | grant_payments.Event
    | grant_monitoring.Event
)
Command = (
    grant_application.Command
    | grant_assessment.Command
    | grant_award.Command
    | grant_payments.Command
    | grant_monitoring.Command
)
"""`apply` and `assess` decide with the fund, as everything does that moves money."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → started → submitted → eligible | ineligible → shortlisted → assessed → pitched → recommended | reserve | declined
    → offered → accepted | refused → active ⇄ paused → closed | terminated; or withdrawn"""
    fund_id: str = ""
    round_id: str = ""
    organisation: str = ""
    application: grant_application.State = grant_application.INITIAL
    assessment: grant_assessment.State = grant_assessment.INITIAL
    award: grant_award.State = grant_award.INITIAL
    payments: grant_payments.State = grant_payments.INITIAL
    reports: grant_monitoring.State = field(default_factory=dict)


INITIAL: Final = State()

_PHASES: Final = {
    ApplicationStarted: "started",
    grant_application.ApplicationSubmitted: "submitted",
    grant_application.ApplicationWithdrawn: "withdrawn",
    **grant_assessment.PHASES,
    **grant_award.PHASES,
}
_BACK: Final = frozenset({("pitched", "assessed")})
"""What is scored after it was pitched has been pitched all the same."""


def evolve(state: State, event: Event) -> State:
    then = _evolved(state, event)
    phase = _PHASES.get(type(event), state.phase)
    return then if (state.phase, phase) in _BACK else replace(then, phase=phase)


def _evolved(state: State, event: Event) -> State:
    if isinstance(event, ApplicationStarted):
        return State(
            fund_id=event.fund_id,
            round_id=event.round_id,
            organisation=event.organisation,
            application=grant_application.linked(grant_application.INITIAL, event.link_id, event.link_expires_on),
        )
    if isinstance(event, grant_application.Event):
        return replace(state, application=grant_application.evolve(state.application, event))
    if isinstance(event, grant_assessment.Event):
        return replace(state, assessment=grant_assessment.evolve(state.assessment, event))
    if isinstance(event, grant_award.Event):
        return replace(state, award=grant_award.evolve(state.award, event))
    if isinstance(event, grant_monitoring.Event):
        return replace(state, reports=grant_monitoring.evolve(state.reports, event))
    return replace(
        state,
        payments=grant_payments.evolve(state.payments, event),
        award=replace(state.award, amount=state.award.amount - grant_payments.released(event)),
    )


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    return grant_monitoring.deadlines(identity, event) if isinstance(event, grant_monitoring.Event) else ()


FALLS_DUE: Final[FallsDue] = grant_monitoring.FALLS_DUE


def decide(state: State, command: Command) -> tuple[Event, ...]:
    known(state)
    if isinstance(command, grant_application.Command):
        return grant_application.decide(state.application, command, state.phase)
    if isinstance(command, grant_assessment.Command):
        return grant_assessment.decide(state.assessment, command, state.phase)
    if isinstance(command, grant_award.Command):
        return grant_award.decide(state.award, command, state.phase)
    if isinstance(command, grant_monitoring.SubmitMonitoring) and command.spend_pence > state.award.amount:
        raise Refused(f"the award is {pounds(state.award.amount)}: no more than that can be spent of it")
    if isinstance(command, grant_monitoring.Command):
        return grant_monitoring.decide(state.reports, command, state.phase)
    if isinstance(command, grant_payments.RequestDrawdown) and command.report_id is not None:
        grant_monitoring.check_sent(state.reports, command.report_id)
    return grant_payments.decide(state.payments, command, state.phase, state.award)


def check_fund(state: State, fund_id: str, what: str) -> None:
    """Refuses unless there is such a grant, and it is out of that fund. `what`: how it is spoken of."""
    known(state)
    if state.fund_id != fund_id:
        raise Refused(f"fund_id is not the fund this {what}")


def known(state: State) -> None:
    """Refuses unless there is such a grant."""
    if state.phase == "unknown":
        raise Refused("there is no such application")
