"""Community service: something near by that people can be connected to, for as long as it can be relied on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from commonweal.domain import codes, due, tenant, values
from commonweal.domain.directory import capacity, freshness, listing
from commonweal.domain.directory.capacity import ReportCapacity, ServiceCapacityReported
from commonweal.domain.directory.listing import Listing, ServiceSubmitted, SubmitService
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed. What a listing says is in `listing`.


@event
class ServiceApproved:
    by: str


@event
class ServiceReturned:
    reason: str
    note: Personal[str | None] = None
    by: str


@event
class ServiceResubmitted:
    by: str


@event
class ServiceAssured:
    """`next_due`: the last day on which the listing is believed without another look. `by` is None where nobody looked: someone attended."""

    assured_on: date
    method: str
    next_due: date
    by: str | None = None


@event
class ServiceAssuranceLapsed:
    last_assured: date
    days: int


@event
class ServiceProblemReported:
    problem_id: str
    kind: str
    note: Personal[str | None] = None
    by: str
    by_role: str


@event
class ServiceProblemResolved:
    problem_id: str
    by: str


@event
class ServiceTemporarilyClosed:
    reason: str
    until: date | None = None
    by: str


@event
class ServiceReopened:
    by: str


@event
class ServiceRetired:
    reason: str
    by: str


@command
class ApproveService:
    by: str


@command
class ReturnService:
    reason: str
    note: str | None = None
    by: str


@command
class ResubmitService:
    by: str


@command
class AssureService:
    """Somebody made sure today that the listing is true."""

    method: str
    by: str
    on: date


@command
class LapseAssurance:
    on: date


@command
class ReportServiceProblem:
    """`note` is about the service: it names nobody."""

    problem_id: str
    kind: str
    note: str | None = None
    by: str
    by_role: str


@command
class ResolveServiceProblem:
    problem_id: str
    by: str


@command
class CloseServiceForNow:
    reason: str
    until: date | None = None
    by: str
    on: date


@command
class ReopenService:
    by: str


@command
class RetireService:
    reason: str
    by: str


CATEGORY: Final = "community_service"
CREATES: Final = (SubmitService,)

Event = (
    ServiceSubmitted
    | listing.ServiceDetailsChanged
    | listing.ServiceNeedsChanged
    | listing.AccessibilityRecorded
    | listing.ScheduleChanged
    | listing.CostChanged
    | listing.ServiceLanguagesChanged
    | listing.EligibilityChanged
    | listing.ReferralRouteSet
    | ServiceApproved
    | ServiceReturned
    | ServiceResubmitted
    | ServiceAssured
    | ServiceAssuranceLapsed
    | ServiceProblemReported
    | ServiceProblemResolved
    | ServiceTemporarilyClosed
    | ServiceReopened
    | ServiceRetired
    | ServiceCapacityReported
)
Command = (
    SubmitService
    | listing.ChangeServiceDetails
    | listing.ChangeServiceNeeds
    | listing.RecordAccessibility
    | listing.ChangeSchedule
    | listing.ChangeCost
    | listing.ChangeServiceLanguages
    | listing.ChangeEligibility
    | listing.SetReferralRoute
    | ApproveService
    | ReturnService
    | ResubmitService
    | AssureService
    | LapseAssurance
    | ReportServiceProblem
    | ResolveServiceProblem
    | CloseServiceForNow
    | ReopenService
    | RetireService
    | ReportCapacity
)


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → submitted → active ⇄ temporarily closed → retired; or returned, and submitted again"""
    listing: Listing | None = None
    assured_on: date | None = None
    assured: tuple[str, date] | None = None
    """(method, the last day the listing is believed)"""
    lapsed: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)
    """Problem → kind, of those that are not resolved."""
    resolved: frozenset[str] = frozenset()
    closed: tuple[str, date | None] | None = None
    ending: str | None = None
    capacity: ServiceCapacityReported | None = None

    @property
    def name(self) -> str:
        return self.listing.details.get("name", "") if self.listing else ""

    @property
    def kind(self) -> str:
        return self.listing.submitted.kind if self.listing else ""

    def freshness(self, today: date) -> str:
        """One of `freshness.LABELS`."""
        return freshness.label(freshness.score(self.assured_on, self.kind, len(self.problems), today))


INITIAL: Final = State()

LISTED: Final = frozenset({"active", "temporarily closed"})
KNOWN: Final = LISTED | {"submitted", "returned"}


def evolve(state: State, event: Event) -> State:  # noqa: PLR0911 – one answer an event
    match event:
        case ServiceSubmitted():
            return State(phase="submitted", listing=listing.begun(event))
        case ServiceApproved() | ServiceReopened():
            return replace(state, phase="active", closed=None)
        case ServiceReturned(reason=reason):
            return replace(state, phase="returned", ending=reason)
        case ServiceResubmitted():
            return replace(state, phase="submitted", ending=None)
        case ServiceAssured(assured_on=day, method=method, next_due=until):
            return replace(state, assured_on=day, assured=(method, until), lapsed=False)
        case ServiceAssuranceLapsed():
            return replace(state, lapsed=True)
        case ServiceProblemReported(problem_id=problem, kind=kind):
            return replace(state, problems={**state.problems, problem: kind})
        case ServiceProblemResolved(problem_id=problem):
            left = {each: kind for each, kind in state.problems.items() if each != problem}
            return replace(state, problems=left, resolved=state.resolved | {problem})
        case ServiceTemporarilyClosed(reason=reason, until=until):
            return replace(state, phase="temporarily closed", closed=(reason, until))
        case ServiceRetired(reason=reason):
            return replace(state, phase="retired", ending=reason)
        case ServiceCapacityReported():
            return replace(state, capacity=event)
        case _:
            return state if state.listing is None else replace(state, listing=listing.evolve(state.listing, event))


ASSURANCE: Final = "assurance_lapses"


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    """A listing nobody looked at again is found stale on the day it is."""
    match event:
        case ServiceAssured(next_due=day):
            return (Deadline(ASSURANCE, identity, "", due.end_of(day)),)
        case ServiceAssuranceLapsed() | ServiceRetired():
            return (Deadline(ASSURANCE, identity, "", None),)
        case _:
            return ()


FALLS_DUE: Final[FallsDue] = {ASSURANCE: lambda _deadline, now: LapseAssurance(on=due.today(now))}


def decide(state: State, command: Command) -> tuple[Event, ...]:  # noqa: C901, PLR0911, PLR0912 – one answer a command
    if isinstance(command, SubmitService):
        return _submit(state, command)
    known(state)
    match command:
        case ApproveService(by=by):
            if state.phase in LISTED:
                return ()
            _require(state, {"submitted"}, "be approved")
            return (ServiceApproved(by=by),)
        case ReturnService():
            return _return(state, command)
        case ResubmitService(by=by):
            if state.phase == "submitted":
                return ()
            _require(state, {"returned"}, "be submitted again")
            return (ServiceResubmitted(by=by),)
        case AssureService(method=method, by=by, on=today):
            _require(state, KNOWN, "be assured")
            if values.one_of(codes.ASSURANCE_METHODS, method, "method") == "used_successfully":
                raise Refused("method follows from an attendance: record that instead")
            return _assured(state, method, today, by)
        case LapseAssurance(on=today):
            return _lapse(state, today)
        case ReportServiceProblem():
            return _report(state, command)
        case ResolveServiceProblem(problem_id=problem, by=by):
            return _resolve(state, problem, by)
        case CloseServiceForNow():
            return _close(state, command)
        case ReopenService(by=by):
            if state.phase == "active":
                return ()
            _require(state, {"temporarily closed"}, "be reopened")
            return (ServiceReopened(by=by),)
        case RetireService(reason=reason, by=by):
            values.one_of(codes.SERVICE_RETIREMENTS, reason, "reason")
            return () if state.phase == "retired" else (ServiceRetired(reason=reason, by=by),)
        case ReportCapacity():
            return _capacity(state, command)
        case _:
            _require(state, KNOWN, "be changed")
            assert state.listing is not None  # noqa: S101 – it is known
            return listing.decide(state.listing, command)


def known(state: State) -> None:
    """Refuses unless the service was submitted."""
    if state.listing is None:
        raise Refused("there is no such service")


def _require(state: State, phases: frozenset[str] | set[str], what: str) -> None:
    if state.phase not in phases:
        raise Refused(f"this service is {state.phase}; it cannot {what}")


def _submit(state: State, command: SubmitService) -> tuple[Event, ...]:
    asked = listing.submitted(command)
    if state.listing is None:
        return (asked,)
    if state.listing.submitted == asked:
        return ()
    raise Refused("this service is listed already: change it instead")


def _return(state: State, command: ReturnService) -> tuple[Event, ...]:
    values.one_of(codes.SERVICE_RETURN_REASONS, command.reason, "reason")
    note = None if command.note is None else values.said(command.note, "note", 1_000)
    if (state.phase, state.ending) == ("returned", command.reason):
        return ()
    _require(state, {"submitted"}, "be returned")
    return (ServiceReturned(reason=command.reason, note=note, by=command.by),)


def _assured(state: State, method: str, today: date, by: str | None) -> tuple[Event, ...]:
    if state.assured_on is not None and today < state.assured_on:
        return ()
    until = freshness.stale_from(today, state.kind) - timedelta(days=1)
    if (state.assured_on, state.assured, state.lapsed) == (today, (method, until), False):
        return ()
    return (ServiceAssured(assured_on=today, method=method, next_due=until, by=by),)


USED_AGAIN: Final = timedelta(days=14)
"""How long an assurance must be past before an attendance renews it: a class of twenty is one assurance, not twenty."""


def used(state: State, held_on: date) -> tuple[ServiceAssured, ...]:
    """That someone attended on a day shows that the service ran then."""
    if state.phase not in LISTED or (state.assured_on is not None and held_on < state.assured_on + USED_AGAIN):
        return ()
    until = freshness.stale_from(held_on, state.kind) - timedelta(days=1)
    return (ServiceAssured(assured_on=held_on, method="used_successfully", next_due=until),)


def _lapse(state: State, today: date) -> tuple[Event, ...]:
    if state.assured_on is None or state.assured is None or state.lapsed or state.phase == "retired":
        return ()
    if today <= state.assured[1]:
        return ()
    return (ServiceAssuranceLapsed(last_assured=state.assured_on, days=(today - state.assured_on).days),)


def _report(state: State, command: ReportServiceProblem) -> tuple[Event, ...]:
    problem = values.identifier(command.problem_id, "problem_id")
    values.one_of(codes.SERVICE_PROBLEMS, command.kind, "kind")
    note = None if command.note is None else values.said(command.note, "note", 1_000)
    if problem in state.problems or problem in state.resolved:
        return ()
    _require(state, KNOWN, "have a problem reported")
    return (
        ServiceProblemReported(
            problem_id=problem, kind=command.kind, note=note, by=command.by, by_role=command.by_role
        ),
    )


def _resolve(state: State, problem: str, by: str) -> tuple[Event, ...]:
    if problem in state.resolved and problem not in state.problems:
        return ()
    if problem not in state.problems:
        raise Refused("problem_id names no problem of this service")
    return (ServiceProblemResolved(problem_id=problem, by=by),)


def _close(state: State, command: CloseServiceForNow) -> tuple[Event, ...]:
    values.one_of(codes.SERVICE_CLOSURES, command.reason, "reason")
    if command.until is not None:
        values.not_past(command.until, command.on, "until")
    if state.closed == (command.reason, command.until) and state.phase == "temporarily closed":
        return ()
    _require(state, LISTED, "be closed for now")
    return (ServiceTemporarilyClosed(reason=command.reason, until=command.until, by=command.by),)


def _capacity(state: State, command: ReportCapacity) -> tuple[Event, ...]:
    _require(state, KNOWN, "report places")
    return capacity.decide(state.capacity, command)


def places_left(state: State, places: int, today: date) -> tuple[ServiceCapacityReported, ...]:
    """What a provider's answer says of the places it has left, of a service that is listed."""
    return capacity.left(state.capacity, places, today) if state.phase in LISTED else ()


def why_override(state: State, today: date) -> str | None:
    """Why nobody is offered this service without a reason that is said; None where that is no question."""
    if state.freshness(today) == "stale":
        return "nobody has made sure for a long time that this listing is true"
    worst = next((kind for kind in ("safety", "closed") if kind in state.problems.values()), None)
    return None if worst is None else f"somebody reported of this service that {codes.SERVICE_PROBLEMS[worst]}"
