"""Link worker: how many people one of us can walk beside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event
from commonweal.domain.workforce import caseload, learning, post
from commonweal.domain.workforce.caseload import EMPTY, Caseload, CaseReleased, CaseTaken, HandoverAcknowledged

# These names are the storage format: never renamed.


@event
class LinkWorkerEngaged:
    """The display name is a colleague's name at work, in clear."""

    display_name: str
    employer: str
    host_practices: tuple[str, ...] = ()
    pcns: tuple[str, ...] = ()
    fte_percent: int
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    stated_gender: str | None = None
    caseload_limit: int
    funder: str | None = None
    funders: tuple[str, ...] = ()
    funder_percents: tuple[int, ...] = ()
    max_new_per_week: int | None = None
    supervisor_id: str | None = None
    contract_ends_on: date | None = None
    role: str = "07049"
    engaged_on: date


@event
class LinkWorkerLanguageAdded:
    language: str


@event
class LinkWorkerSkillAdded:
    skill: str


@event
class CaseloadLimitChanged:
    caseload_limit: int


@event
class WeeklyLimitChanged:
    max_new_per_week: int | None = None


@event
class AbsenceStarted:
    kind: str
    cover_worker_id: str | None = None
    started_on: date


@event
class CoverChanged:
    cover_worker_id: str | None = None


@event
class AbsenceEnded:
    ended_on: date


@event
class CoverStarted:
    """This link worker sees to the cases of another, who is away."""

    worker_id: str


@event
class CoverEnded:
    worker_id: str


@event
class LinkWorkerLeft:
    last_day: date


@command
class EngageLinkWorker:
    """`funders` and `funder_percents` in the same order; `funder` alone pays for the whole post."""

    display_name: str
    employer: str
    host_practices: tuple[str, ...] = ()
    pcns: tuple[str, ...] = ()
    fte_percent: int = 100
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    stated_gender: str | None = None
    caseload_limit: int = 40
    funder: str | None = None
    funders: tuple[str, ...] = ()
    funder_percents: tuple[int, ...] = ()
    max_new_per_week: int | None = None
    supervisor_id: str | None = None
    contract_ends_on: date | None = None
    engaged_on: date


@command
class AddLinkWorkerLanguage:
    language: str


@command
class AddLinkWorkerSkill:
    skill: str


@command
class ChangeCaseloadLimit:
    caseload_limit: int


@command
class ChangeWeeklyLimit:
    """`max_new_per_week`: how many people may be allocated from Monday to Sunday; nothing for no limit."""

    max_new_per_week: int | None = None


@command
class AcknowledgeHandover:
    """The one who took cases over has read what was said of them."""

    referral_ids: tuple[str, ...]
    at: datetime


@command
class LeavePost:
    last_day: date


CATEGORY: Final = "link_worker"
CREATES: Final = (EngageLinkWorker,)

JOB_ROLE: Final = "07049"
"""Social prescribing link worker; job role code, NHS Data Dictionary."""
ABSENCES: Final = frozenset({"leave", "sickness", "parental", "training", "other"})
"""Why a link worker is away. Local."""

Event = (
    LinkWorkerEngaged
    | LinkWorkerLanguageAdded
    | LinkWorkerSkillAdded
    | CaseloadLimitChanged
    | WeeklyLimitChanged
    | AbsenceStarted
    | CoverChanged
    | AbsenceEnded
    | CoverStarted
    | CoverEnded
    | LinkWorkerLeft
    | caseload.Event
    | post.Event
    | learning.Event
)
Command = (
    EngageLinkWorker
    | AddLinkWorkerLanguage
    | AddLinkWorkerSkill
    | ChangeCaseloadLimit
    | ChangeWeeklyLimit
    | AcknowledgeHandover
    | LeavePost
    | post.Command
    | learning.Command
)
"""Cases are taken and released in `allocation` and `handover`; who is away, and who covers, is in `absence`."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → active → left"""
    engaged: LinkWorkerEngaged | None = None
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    caseload_limit: int = 0
    max_new_per_week: int | None = None
    terms: post.Post = post.EMPTY
    learned: learning.Learning = learning.EMPTY
    absence: AbsenceStarted | None = None
    covers: frozenset[str] = frozenset()
    """Colleagues whose cases they see to."""
    caseload: Caseload = EMPTY

    @property
    def name(self) -> str:
        return self.engaged.display_name if self.engaged else "this link worker"

    @property
    def held(self) -> Mapping[str, int]:
        """Weight by referral."""
        return self.caseload.held


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:  # noqa: C901, PLR0911 – one answer an event
    if isinstance(event, caseload.Event):
        return replace(state, caseload=caseload.evolve(state.caseload, event))
    if isinstance(event, post.Event):
        return _agreed(state, event)
    if isinstance(event, learning.Event):
        return replace(state, learned=learning.evolve(state.learned, event))
    match event:
        case LinkWorkerEngaged():
            return _engaged(event)
        case LinkWorkerLanguageAdded(language=language):
            return replace(state, languages=state.languages | {language})
        case LinkWorkerSkillAdded(skill=skill):
            return replace(state, skills=state.skills | {skill})
        case CaseloadLimitChanged(caseload_limit=limit):
            return replace(state, caseload_limit=limit)
        case WeeklyLimitChanged(max_new_per_week=limit):
            return replace(state, max_new_per_week=limit)
        case AbsenceStarted():
            return replace(state, absence=event)
        case CoverChanged(cover_worker_id=cover):
            return (
                state
                if state.absence is None
                else replace(state, absence=replace(state.absence, cover_worker_id=cover))
            )
        case AbsenceEnded():
            return replace(state, absence=None)
        case CoverStarted(worker_id=worker):
            return replace(state, covers=state.covers | {worker})
        case CoverEnded(worker_id=worker):
            return replace(state, covers=state.covers - {worker})
        case LinkWorkerLeft():
            return replace(state, phase="left")


def _engaged(event: LinkWorkerEngaged) -> State:
    funders = tuple(zip(event.funders, event.funder_percents, strict=False))
    if not funders and event.funder is not None:
        funders = ((event.funder, 100),)
    return State(
        phase="active",
        engaged=event,
        languages=frozenset(event.languages),
        skills=frozenset(event.skills),
        caseload_limit=event.caseload_limit,
        max_new_per_week=event.max_new_per_week,
        terms=post.Post(
            hours=((event.engaged_on, event.fte_percent),),
            hosts=((event.engaged_on, event.host_practices, event.pcns),),
            funding=((event.engaged_on, funders),) if funders else (),
        ),
    )


def _agreed(state: State, event: post.Event) -> State:
    """Whoever looks after the PCNs of the latest agreement looks after this link worker."""
    agreed = post.evolve(state.terms, event)
    engaged = state.engaged
    if engaged is not None and isinstance(event, post.HostPracticesChanged):
        engaged = replace(engaged, host_practices=agreed.practices, pcns=agreed.pcns)
    return replace(state, terms=agreed, engaged=engaged)


def room(state: State, day: date | None = None) -> int:
    """The weight of cases that fits: the limit in proportion to full-time hours, of a day or as agreed last."""
    return state.terms.fte_percent(day) * state.caseload_limit // 100


def room_for(state: State, weight: int, day: date | None = None) -> bool:
    """Do the cases held and one of this weight (1–5) fit within the limit, in proportion to full-time hours?"""
    return (state.caseload.weight + weight) * 100 <= state.terms.fte_percent(day) * state.caseload_limit


def known(state: State) -> None:
    """Refuses unless the link worker was engaged, even where they have left by now."""
    if state.phase == "unknown":
        raise Refused("there is no such link worker")


def check_active(state: State) -> None:
    """Refuses unless the link worker is in post."""
    known(state)
    if state.phase == "left":
        raise Refused(f"{state.name} has left")


def check_held(state: State, referral_ids: Iterable[str]) -> None:
    """Refuses unless all of these are cases of the link worker."""
    if not state.held.keys() >= set(referral_ids):
        raise Refused(f"referral_ids: not all of these are cases of {state.name}")


def check_free(state: State, weight: int, day: date | None = None) -> None:
    """Refuses where a link worker has left, is away or has no room for this weight."""
    check_active(state)
    if state.absence:
        raise Refused(f"{state.name} is away ({state.absence.kind})")
    if not room_for(state, weight, day):
        raise Refused(f"{state.name} has no room for this: the limit is {state.caseload_limit} full time")


def take(
    state: State, referral_id: str, weight: int, *, on: date | None = None, from_worker_id: str | None = None
) -> tuple[CaseTaken, ...]:
    """The link worker takes a case; refuses where they have left, are away, have no room, or had their share this week."""
    if referral_id in state.held:
        return ()
    check_free(state, weight, on)
    limit = state.max_new_per_week
    if limit is not None and on is not None and from_worker_id is None and state.caseload.new_in_week_of(on) >= limit:
        raise Refused(f"{state.name} has been given {limit} new people this week already, which is the most agreed")
    return (CaseTaken(referral_id=referral_id, weight=weight, from_worker_id=from_worker_id, taken_on=on),)


def release(state: State, referral_id: str) -> tuple[CaseReleased, ...]:
    """The link worker gives a case back."""
    if referral_id not in state.held:
        return ()
    return (CaseReleased(referral_id=referral_id, weight=state.held[referral_id]),)


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if isinstance(command, EngageLinkWorker):
        return _engage(state, command)
    if state.phase == "left" and isinstance(command, LeavePost | learning.ExpireCompetency):
        return ()
    check_active(state)
    if isinstance(command, post.Command):
        return post.decide(state.terms, command)
    if isinstance(command, learning.Command):
        return learning.decide(state.learned, command)
    match command:
        case AddLinkWorkerLanguage(language=language):
            values.language(language)
            return () if language in state.languages else (LinkWorkerLanguageAdded(language=language),)
        case AddLinkWorkerSkill(skill=skill):
            values.identifier(skill, "skill")
            return () if skill in state.skills else (LinkWorkerSkillAdded(skill=skill),)
        case ChangeCaseloadLimit(caseload_limit=limit):
            _check_limit(limit)
            return () if limit == state.caseload_limit else (CaseloadLimitChanged(caseload_limit=limit),)
        case ChangeWeeklyLimit(max_new_per_week=weekly):
            _check_weekly(weekly)
            return () if weekly == state.max_new_per_week else (WeeklyLimitChanged(max_new_per_week=weekly),)
        case AcknowledgeHandover():
            return _acknowledge(state, command)
        case LeavePost(last_day=day):
            return _leave(state, day)


def _acknowledge(state: State, command: AcknowledgeHandover) -> tuple[Event, ...]:
    values.moment(command.at, "at")
    check_held(state, command.referral_ids)
    read = tuple(case for case in dict.fromkeys(command.referral_ids) if case in state.caseload.handed)
    return (HandoverAcknowledged(referral_ids=read, acknowledged_at=command.at),) if read else ()


def _leave(state: State, day: date) -> tuple[Event, ...]:
    if state.held:
        cases = len(state.held)
        raise Refused(
            f"{state.name} still holds {cases} open {'case' if cases == 1 else 'cases'}: reallocate them first"
        )
    if state.covers:
        raise Refused(f"{state.name} covers for a colleague who is away: choose somebody else to cover first")
    return (LinkWorkerLeft(last_day=day),)


def _engage(state: State, command: EngageLinkWorker) -> tuple[Event, ...]:
    _check_limit(command.caseload_limit)
    _check_weekly(command.max_new_per_week)
    if command.stated_gender is not None:
        values.one_of(codes.STATED_GENDERS, command.stated_gender, "stated_gender")
    if command.funder is not None:
        values.organisation(command.funder, "funder")
    if command.funders or command.funder_percents:
        post.check_funding(command.funders, command.funder_percents)
    if command.supervisor_id is not None:
        values.identifier(command.supervisor_id, "supervisor_id")
    if command.contract_ends_on is not None and command.contract_ends_on < command.engaged_on:
        raise Refused("contract_ends_on lies before the post began")
    practices, pcns = post.check_hosts(command.host_practices, command.pcns)
    engaged = LinkWorkerEngaged(
        display_name=values.said(command.display_name, "display_name", 100),
        employer=values.organisation(command.employer, "employer"),
        host_practices=practices,
        pcns=pcns,
        fte_percent=post.check_fte(command.fte_percent),
        languages=tuple(values.language(language, "languages") for language in command.languages),
        skills=tuple(values.identifier(skill, "skills") for skill in command.skills),
        stated_gender=command.stated_gender,
        caseload_limit=command.caseload_limit,
        funder=command.funder,
        funders=command.funders,
        funder_percents=command.funder_percents,
        max_new_per_week=command.max_new_per_week,
        supervisor_id=command.supervisor_id,
        contract_ends_on=command.contract_ends_on,
        role=JOB_ROLE,
        engaged_on=command.engaged_on,
    )
    if state.phase == "unknown":
        return (engaged,)
    if state.engaged == engaged:
        return ()
    raise Refused(f"{state.name} is engaged already")


def _check_limit(limit: int) -> None:
    values.within(limit, 1, 500, "caseload_limit")


def _check_weekly(limit: int | None) -> None:
    if limit is not None:
        values.within(limit, 1, 100, "max_new_per_week")
