"""Link worker: how many people one of us can walk beside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event

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
class AbsenceStarted:
    kind: str
    cover_worker_id: str | None = None
    started_on: date


@event
class AbsenceEnded:
    ended_on: date


@event
class CaseTaken:
    referral_id: str
    weight: int


@event
class CaseReleased:
    referral_id: str
    weight: int


@event
class LinkWorkerLeft:
    last_day: date


@command
class EngageLinkWorker:
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
class StartAbsence:
    kind: str
    cover_worker_id: str | None = None
    started_on: date


@command
class EndAbsence:
    ended_on: date


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
    | AbsenceStarted
    | AbsenceEnded
    | CaseTaken
    | CaseReleased
    | LinkWorkerLeft
)
Command = (
    EngageLinkWorker
    | AddLinkWorkerLanguage
    | AddLinkWorkerSkill
    | ChangeCaseloadLimit
    | StartAbsence
    | EndAbsence
    | LeavePost
)
"""Cases are taken and released in `allocation`."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → active → left"""
    engaged: LinkWorkerEngaged | None = None
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    caseload_limit: int = 0
    absence: AbsenceStarted | None = None
    cases: Mapping[str, int] | None = None
    """Weight by referral."""

    @property
    def name(self) -> str:
        return self.engaged.display_name if self.engaged else "this link worker"

    @property
    def held(self) -> Mapping[str, int]:
        return self.cases or {}


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case LinkWorkerEngaged():
            return State(
                phase="active",
                engaged=event,
                languages=frozenset(event.languages),
                skills=frozenset(event.skills),
                caseload_limit=event.caseload_limit,
            )
        case LinkWorkerLanguageAdded(language=language):
            return replace(state, languages=state.languages | {language})
        case LinkWorkerSkillAdded(skill=skill):
            return replace(state, skills=state.skills | {skill})
        case CaseloadLimitChanged(caseload_limit=limit):
            return replace(state, caseload_limit=limit)
        case AbsenceStarted():
            return replace(state, absence=event)
        case AbsenceEnded():
            return replace(state, absence=None)
        case CaseTaken(referral_id=referral, weight=weight):
            return replace(state, cases={**state.held, referral: weight})
        case CaseReleased(referral_id=referral):
            return replace(state, cases={held: weight for held, weight in state.held.items() if held != referral})
        case LinkWorkerLeft():
            return replace(state, phase="left")


def room_for(state: State, weight: int) -> bool:
    """Do the cases held and one of this weight (1–5) fit within the limit, in proportion to full-time hours?"""
    fte_percent = state.engaged.fte_percent if state.engaged else 0
    return (sum(state.held.values()) + weight) * 100 <= fte_percent * state.caseload_limit


def take(state: State, referral_id: str, weight: int) -> tuple[CaseTaken, ...]:
    """The link worker takes a case; refuses where they have left, are away or have no room."""
    if referral_id in state.held:
        return ()
    if state.phase == "unknown":
        raise Refused("there is no such link worker")
    if state.phase == "left":
        raise Refused(f"{state.name} has left")
    if state.absence:
        raise Refused(f"{state.name} is away ({state.absence.kind})")
    if not room_for(state, weight):
        raise Refused(
            f"{state.name} has no room: {len(state.held)} cases, the limit is {state.caseload_limit} full time"
        )
    return (CaseTaken(referral_id=referral_id, weight=weight),)


def release(state: State, referral_id: str) -> tuple[CaseReleased, ...]:
    """The link worker gives a case back."""
    if referral_id not in state.held:
        return ()
    return (CaseReleased(referral_id=referral_id, weight=state.held[referral_id]),)


def decide(state: State, command: Command) -> tuple[Event, ...]:  # noqa: C901 – one answer a command
    if isinstance(command, EngageLinkWorker):
        return _engage(state, command)
    if state.phase == "unknown":
        raise Refused("there is no such link worker")
    if state.phase == "left":
        if isinstance(command, LeavePost):
            return ()
        raise Refused(f"{state.name} has left")
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
        case StartAbsence():
            return _start_absence(state, command)
        case EndAbsence(ended_on=day):
            if state.absence is None:
                return ()
            if day < state.absence.started_on:
                raise Refused("ended_on lies before the absence started")
            return (AbsenceEnded(ended_on=day),)
        case LeavePost(last_day=day):
            if state.held:
                cases = len(state.held)
                raise Refused(
                    f"{state.name} still holds {cases} open {'case' if cases == 1 else 'cases'}: reallocate them first"
                )
            return (LinkWorkerLeft(last_day=day),)


def _engage(state: State, command: EngageLinkWorker) -> tuple[Event, ...]:
    _check_limit(command.caseload_limit)
    if not 1 <= command.fte_percent <= 100:
        raise Refused("fte_percent must be 1 to 100")
    if command.stated_gender is not None:
        values.one_of(codes.STATED_GENDERS, command.stated_gender, "stated_gender")
    if command.funder is not None:
        values.organisation(command.funder, "funder")
    engaged = LinkWorkerEngaged(
        display_name=values.said(command.display_name, "display_name", 100),
        employer=values.organisation(command.employer, "employer"),
        host_practices=tuple(values.practice_key(practice, "host_practices") for practice in command.host_practices),
        pcns=tuple(values.pcn_code(pcn, "pcns") for pcn in command.pcns),
        fte_percent=command.fte_percent,
        languages=tuple(values.language(language, "languages") for language in command.languages),
        skills=tuple(values.identifier(skill, "skills") for skill in command.skills),
        stated_gender=command.stated_gender,
        caseload_limit=command.caseload_limit,
        funder=command.funder,
        role=JOB_ROLE,
        engaged_on=command.engaged_on,
    )
    if state.phase == "unknown":
        return (engaged,)
    if state.engaged == engaged:
        return ()
    raise Refused(f"{state.name} is engaged already")


def _start_absence(state: State, command: StartAbsence) -> tuple[Event, ...]:
    values.one_of(ABSENCES, command.kind, "kind")
    if command.cover_worker_id is not None:
        values.identifier(command.cover_worker_id, "cover_worker_id")
    away = AbsenceStarted(kind=command.kind, cover_worker_id=command.cover_worker_id, started_on=command.started_on)
    if state.absence is None:
        return (away,)
    if state.absence == away:
        return ()
    raise Refused(f"{state.name} is away already ({state.absence.kind})")


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= 500:
        raise Refused("caseload_limit must be 1 to 500")
