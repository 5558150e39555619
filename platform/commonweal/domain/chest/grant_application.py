"""Applying: what an organisation asks for, saved as often as it likes and sent once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.chest import money
from commonweal.domain.link import Link, check_new, last_day
from commonweal.domain.message import Erased, Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class ApplicationSaved:
    """All of it as it is from now on; what is not known yet is nothing. `documents`: SHA-256 of each, in hexadecimal."""

    title: Personal[str | None] = None
    amount_pence: int | None = None
    purpose: str | None = None
    area: str | None = None
    groups: tuple[str, ...] = ()
    statement: Personal[str | None] = None
    beneficiaries: Personal[str | None] = None
    places: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    documents: tuple[str, ...] = ()
    link_id: str | None = None


@event
class ApplicationSubmitted:
    """What was asked for. The words are those saved last."""

    amount_pence: int
    purpose: str
    area: str
    submitted_on: date
    fast_track: bool
    link_id: str | None = None


@event
class ApplicationWithdrawn:
    reason: str
    link_id: str | None = None


@event
class ApplicantLinkReplaced:
    link_id: str
    link_expires_on: date
    by: str


@event
class ApplicantLinkShown:
    link_id: str
    by: str


@event
class ApplicantSupportGiven:
    support_id: str
    kind: str
    minutes: int
    given_on: date
    by: str


@command
class SaveApplication:
    """All of it as it is from now on; nothing is too little. `documents`: SHA-256 of each, in hexadecimal."""

    title: str | None = None
    amount_pence: int | None = None
    purpose: str | None = None
    area: str | None = None
    groups: tuple[str, ...] = ()
    statement: str | None = None
    beneficiaries: str | None = None
    places: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    documents: tuple[str, ...] = ()
    by_link: str | None = None


@command
class WithdrawApplication:
    reason: str
    by_link: str | None = None


@command
class ReplaceApplicantLink:
    """A new link for whoever applies; the old one opens nothing any more."""

    link_id: str
    on: date
    by: str


@command
class ShowApplicantLink:
    """It is shown once, to be copied into a message to whoever applies."""

    link_id: str
    by: str


@command
class RecordApplicantSupport:
    """Time given to an organisation so that it could apply."""

    support_id: str
    kind: str
    minutes: int
    given_on: date
    on: date
    by: str


Event = (
    ApplicationSaved
    | ApplicationSubmitted
    | ApplicationWithdrawn
    | ApplicantLinkReplaced
    | ApplicantLinkShown
    | ApplicantSupportGiven
)
Command = SaveApplication | WithdrawApplication | ReplaceApplicantLink | ShowApplicantLink | RecordApplicantSupport


@dataclass(frozen=True, slots=True)
class State:
    draft: ApplicationSaved | None = None
    submitted: ApplicationSubmitted | None = None
    link: Link | None = None
    links: frozenset[str] = frozenset()
    """Every link there was."""
    support: Mapping[str, int] = field(default_factory=dict)
    """Minutes, by id."""


INITIAL: Final = State()
MAY_BE_FUNDED: Final = frozenset({"eligible", "shortlisted", "assessed", "pitched"})
UNDECIDED: Final = MAY_BE_FUNDED | {"submitted"}
BEFORE_OFFER: Final = UNDECIDED | {"started", "recommended", "reserve"}
MOST_DOCUMENTS: Final = 20
MOST_PLACES: Final = 100_000
LINK_DAYS: Final = 400
"""A link lives from applying to the last report: a little over a year, and is replaced after that. Local."""


def evolve(state: State, event: Event) -> State:
    match event:
        case ApplicationSaved():
            return replace(state, draft=event)
        case ApplicationSubmitted():
            return replace(state, submitted=event)
        case ApplicationWithdrawn():
            return state
        case ApplicantLinkReplaced(link_id=link, link_expires_on=day):
            return linked(state, link, day)
        case ApplicantLinkShown():
            return state if state.link is None else replace(state, link=replace(state.link, shown=True))
        case ApplicantSupportGiven(support_id=support, minutes=minutes):
            return replace(state, support={**state.support, support: minutes})


def linked(state: State, link: str, expires_on: date) -> State:
    return replace(state, link=Link(link, expires_on), links=state.links | {link})


def title(state: State) -> str:
    """What the organisation calls it; empty where it does not say, or nobody has the words any more."""
    said = state.draft.title if state.draft is not None else None
    return said if isinstance(said, str) else ""


def link_of(state: State) -> Link:
    """The link of an application that was started."""
    assert state.link is not None  # noqa: S101 – every application is started with one
    return state.link


def link_expires(today: date) -> date:
    """The last day on which an applicant's link opens."""
    return last_day(today, LINK_DAYS)


def require(phase: str, phases: frozenset[str] | set[str], what: str) -> None:
    if phase not in phases:
        raise Refused(f"this application is {phase}; it cannot {what}")


def decide(state: State, command: Command, phase: str) -> tuple[Event, ...]:
    match command:
        case SaveApplication():
            return _save(state, command, phase)
        case WithdrawApplication(reason=reason, by_link=link):
            return _withdraw(reason, link, phase)
        case ReplaceApplicantLink(link_id=link, on=today, by=by):
            values.identifier(link, "link_id")
            if state.link is not None and state.link.id == link:
                return ()
            check_new(link, state.links)
            return (ApplicantLinkReplaced(link_id=link, link_expires_on=link_expires(today), by=by),)
        case ShowApplicantLink(link_id=link, by=by):
            if state.link is None or state.link.id != link:
                raise Refused("link_id is not the link of this application: make a new one")
            return () if state.link.shown else (ApplicantLinkShown(link_id=link, by=by),)
        case RecordApplicantSupport():
            return _support(state, command)


def _save(state: State, command: SaveApplication, phase: str) -> tuple[Event, ...]:
    if phase != "started":
        raise Refused(f"this application is {phase}: it is not changed any more")
    saved = ApplicationSaved(
        title=values.said_if_any(command.title, "title", 200),
        amount_pence=None if command.amount_pence is None else money.pence(command.amount_pence),
        purpose=None if command.purpose is None else values.one_of(codes.NEEDS, command.purpose, "purpose"),
        area=None if command.area is None else values.gss_code(command.area, "area"),
        groups=values.all_of(codes.BENEFICIARY_GROUPS, command.groups, "groups"),
        statement=values.said_if_any(command.statement, "statement", 10_000),
        beneficiaries=values.said_if_any(command.beneficiaries, "beneficiaries", 4_000),
        places=command.places,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        documents=tuple(dict.fromkeys(values.document_hash(each, "documents") for each in command.documents)),
        link_id=command.by_link,
    )
    if saved.places is not None:
        values.within(saved.places, 1, MOST_PLACES, "places")
    if saved.starts_on is not None and saved.ends_on is not None and saved.ends_on < saved.starts_on:
        raise Refused("ends_on is before starts_on")
    if len(saved.documents) > MOST_DOCUMENTS:
        raise Refused(f"documents must be no more than {MOST_DOCUMENTS}")
    return () if state.draft == saved else (saved,)


def _withdraw(reason: str, link: str | None, phase: str) -> tuple[Event, ...]:
    values.one_of(codes.APPLICATION_WITHDRAWALS, reason, "reason")
    if phase == "withdrawn":
        return ()
    require(phase, BEFORE_OFFER, "be withdrawn")
    return (ApplicationWithdrawn(reason=reason, link_id=link),)


def _support(state: State, command: RecordApplicantSupport) -> tuple[Event, ...]:
    values.identifier(command.support_id, "support_id")
    values.one_of(codes.APPLICANT_SUPPORT, command.kind, "kind")
    values.within(command.minutes, 1, 24 * 60, "minutes")
    values.happened(command.given_on, command.on, "given_on")
    if command.support_id in state.support:
        if state.support[command.support_id] == command.minutes:
            return ()
        raise Refused("support_id has been taken down already, with another time")
    return (
        ApplicantSupportGiven(
            support_id=command.support_id,
            kind=command.kind,
            minutes=command.minutes,
            given_on=command.given_on,
            by=command.by,
        ),
    )


REQUIRED: Final = {
    "title": "what it is called",
    "amount_pence": "how much it needs",
    "purpose": "what it is for",
    "area": "where it is",
    "statement": "what it does",
    "beneficiaries": "whom it helps",
    "starts_on": "when it starts",
    "ends_on": "when it ends",
}
"""What an application says before it is sent."""


def whole(state: State) -> ApplicationSaved:
    """What was saved last, where nothing lacks. Refuses with all that does."""
    saved = state.draft or ApplicationSaved()
    lacking = [what for name, what in REQUIRED.items() if (value := getattr(saved, name)) is None or value == ""]
    if lacking or isinstance(saved.statement, Erased):
        raise Refused(f"the application does not say yet {', '.join(lacking)}")
    return saved
