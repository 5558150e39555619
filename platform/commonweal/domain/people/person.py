"""Person: someone we support."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.message import ERASED, Claim, Personal, Refused, command, event
from commonweal.domain.people import duplicate, retention

# These names are the storage format: never renamed.


@event
class PersonRegistered:
    name: Personal[str]
    date_of_birth: Personal[date | None] = None
    address: Personal[str | None] = None
    postcode: Personal[str | None] = None
    phone: Personal[str | None] = None
    email: Personal[str | None] = None
    nhs_number: Personal[str | None] = None
    nhs_number_status: str
    language: str | None = None
    interpreter: bool = False
    stated_gender: str
    ethnic_category: str
    lsoa21: str | None = None
    gp_practice: str | None = None
    reasonable_adjustments: tuple[str, ...] = ()
    worker_gender_preference: str | None = None
    imd_version: str | None = None
    imd_decile: int | None = None
    care_home: bool = False


@event
class PersonDetailsCorrected:
    """Only what changed; `None` is as before, an empty text takes the old one away."""

    name: Personal[str | None] = None
    date_of_birth: Personal[date | None] = None
    address: Personal[str | None] = None
    postcode: Personal[str | None] = None
    phone: Personal[str | None] = None
    email: Personal[str | None] = None
    language: str | None = None
    interpreter: bool | None = None
    stated_gender: str | None = None
    ethnic_category: str | None = None
    lsoa21: str | None = None
    worker_gender_preference: str | None = None
    imd_version: str | None = None
    imd_decile: int | None = None
    care_home: bool | None = None


@event
class ReasonableAdjustmentsRecorded:
    """All of them, as they are from now on."""

    reasonable_adjustments: tuple[str, ...]


@event
class NHSNumberTraced:
    nhs_number: Personal[str]
    previous: Personal[str | None] = None
    nhs_number_status: str


@event
class NHSNumberReleased:
    """The number went with the record this one was merged into, or back from it."""

    nhs_number: Personal[str]


@event
class ContactPreferenceSet:
    channel: str
    safe_times: Personal[str | None] = None
    safe_to_leave_message: bool


@event
class GPRegistrationChanged:
    gp_practice: str | None
    previous: str | None = None
    since: date


@event
class PersonDied:
    died_on: Personal[date | None] = None
    source: str


@event
class PersonErased:
    basis: str


@command
class RegisterPerson:
    name: str
    date_of_birth: date | None = None
    address: str | None = None
    postcode: str | None = None
    phone: str | None = None
    email: str | None = None
    nhs_number: str | None = None
    nhs_number_status: str
    language: str | None = None
    interpreter: bool = False
    stated_gender: str = "X"
    ethnic_category: str = "99"
    lsoa21: str | None = None
    gp_practice: str | None = None
    reasonable_adjustments: tuple[str, ...] = ()
    worker_gender_preference: str | None = None
    imd_version: str | None = None
    imd_decile: int | None = None
    care_home: bool = False
    on: date


@command
class CorrectPersonDetails:
    """What is not given stays; an empty text takes the old one away."""

    name: str | None = None
    date_of_birth: date | None = None
    address: str | None = None
    postcode: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    interpreter: bool | None = None
    stated_gender: str | None = None
    ethnic_category: str | None = None
    lsoa21: str | None = None
    worker_gender_preference: str | None = None
    imd_version: str | None = None
    imd_decile: int | None = None
    care_home: bool | None = None
    on: date


@command
class RecordReasonableAdjustments:
    """All of them, as they are from now on."""

    reasonable_adjustments: tuple[str, ...]


@command
class TraceNHSNumber:
    nhs_number: str
    nhs_number_status: str = "01"


@command
class SetContactPreference:
    channel: str
    safe_times: str | None = None
    safe_to_leave_message: bool


@command
class ChangeGPRegistration:
    gp_practice: str | None
    since: date


@command
class RecordDeath:
    died_on: date | None = None
    source: str


@command
class ErasePerson:
    basis: str


CATEGORY: Final = "person"
SUBJECT_IS_STREAM: Final = True
"""The stream's own id is the person whose key seals it."""
CREATES: Final = (RegisterPerson,)

CHANNELS: Final = frozenset({"phone", "sms", "email", "letter", "in_person", "through_referrer"})
"""How the person wishes to be reached. Local."""
DEATH_SOURCES: Final = frozenset({"gp", "hospital", "family", "national"})
"""Who told us of a death; `national` is the Personal Demographics Service. Local."""
WORKER_GENDERS: Final = frozenset({"1", "2"})
"""Of which gender the person would rather have their link worker: of `codes.STATED_GENDERS`, male or female."""
ERASURE_BASES: Final = frozenset({"request_upheld", "retention_ended", "registered_in_error", "ordered"})
"""Why a record may be destroyed: UK GDPR article 17; NHS Records Management Code of Practice, retention; `ordered` by a court or the
Information Commissioner, however long it was to be kept. Local."""

FORGOTTEN: Final = "this person's record has been erased"
DEAD: Final = "this person has died"

Event = (
    PersonRegistered
    | PersonDetailsCorrected
    | ReasonableAdjustmentsRecorded
    | NHSNumberTraced
    | NHSNumberReleased
    | ContactPreferenceSet
    | GPRegistrationChanged
    | PersonDied
    | PersonErased
    | duplicate.Event
    | retention.Event
)
Command = (
    RegisterPerson
    | CorrectPersonDetails
    | RecordReasonableAdjustments
    | TraceNHSNumber
    | SetContactPreference
    | ChangeGPRegistration
    | RecordDeath
    | ErasePerson
)
"""What makes two records one is decided in `merge`, what ends one in `erasure`."""


@dataclass(frozen=True, slots=True)
class State:
    """Personal values are kept because a correction holds only what changed."""

    phase: str = "unknown"
    """unknown → living → died; any → erased"""
    name: Personal[str | None] = None
    date_of_birth: Personal[date | None] = None
    address: Personal[str | None] = None
    postcode: Personal[str | None] = None
    phone: Personal[str | None] = None
    email: Personal[str | None] = None
    nhs_number: Personal[str | None] = None
    nhs_number_status: str = "07"
    language: str | None = None
    interpreter: bool = False
    stated_gender: str = "X"
    ethnic_category: str = "99"
    lsoa21: str | None = None
    gp_practice: str | None = None
    reasonable_adjustments: tuple[str, ...] = ()
    worker_gender_preference: str | None = None
    imd_version: str | None = None
    imd_decile: int | None = None
    care_home: bool = False
    preference: ContactPreferenceSet | None = None
    died_on: Personal[date | None] = None
    given_up: Personal[str | None] = None
    """The NHS number that went with a merge."""
    same: duplicate.Sameness = duplicate.ALONE
    erasure: retention.Erasure | None = None


INITIAL: Final = State()

_REGISTERED: Final = (
    "name",
    "date_of_birth",
    "address",
    "postcode",
    "phone",
    "email",
    "nhs_number",
    "nhs_number_status",
    "language",
    "interpreter",
    "stated_gender",
    "ethnic_category",
    "lsoa21",
    "gp_practice",
    "reasonable_adjustments",
    "worker_gender_preference",
    "imd_version",
    "imd_decile",
    "care_home",
)
_CORRECTED: Final = tuple(
    f for f in _REGISTERED if f not in ("nhs_number", "nhs_number_status", "gp_practice", "reasonable_adjustments")
)


def evolve(state: State, event: Event) -> State:  # noqa: PLR0911 – one answer an event
    if isinstance(event, duplicate.Event):
        return replace(state, same=duplicate.evolve(state.same, event))
    if isinstance(event, retention.Event):
        return replace(state, erasure=retention.evolve(state.erasure, event))
    match event:
        case PersonRegistered():
            return State(phase="living", **{field: getattr(event, field) for field in _REGISTERED})
        case PersonDetailsCorrected():
            return replace(
                state, **{field: new for field in _CORRECTED if (new := getattr(event, field)) not in (None, ERASED)}
            )
        case ReasonableAdjustmentsRecorded(reasonable_adjustments=adjustments):
            return replace(state, reasonable_adjustments=adjustments)
        case NHSNumberTraced(nhs_number=number, nhs_number_status=status):
            return replace(state, nhs_number=number, nhs_number_status=status, given_up=None)
        case NHSNumberReleased(nhs_number=number):
            return replace(state, nhs_number=None, nhs_number_status="07", given_up=number)
        case ContactPreferenceSet():
            return replace(state, preference=event)
        case GPRegistrationChanged(gp_practice=practice):
            return replace(state, gp_practice=practice)
        case PersonDied(died_on=day):
            return state if state.phase == "erased" else replace(state, phase="died", died_on=day)
        case PersonErased():
            return State(phase="erased", same=state.same)


def claims(event: Event) -> tuple[Claim, ...]:
    """An NHS number belongs to one person; a traced one takes the place of the one before."""
    if isinstance(event, PersonRegistered) and isinstance(event.nhs_number, str):
        return (Claim(kind="nhs_number", value=event.nhs_number),)
    if isinstance(event, NHSNumberReleased) and isinstance(event.nhs_number, str):
        return (Claim(kind="nhs_number", value=event.nhs_number, release=True),)
    if not isinstance(event, NHSNumberTraced) or not isinstance(event.nhs_number, str):
        return ()
    if event.previous == event.nhs_number:
        return ()
    taken = Claim(kind="nhs_number", value=event.nhs_number)
    if isinstance(event.previous, str):
        return (Claim(kind="nhs_number", value=event.previous, release=True), taken)
    return (taken,)


def registered(state: State) -> None:
    """Refuses unless somebody was registered, even where their record is erased by now."""
    if state.phase == "unknown":
        raise Refused("there is no such person: register them first")


def known(state: State) -> None:
    """Refuses unless somebody was registered, and is not forgotten."""
    registered(state)
    if state.phase == "erased":
        raise Refused(FORGOTTEN)


def not_died(state: State) -> None:
    """Refuses what nobody does with someone who has died."""
    if state.phase == "died":
        raise Refused(DEAD)


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if isinstance(command, RegisterPerson):
        return _register(state, command)
    registered(state)
    if isinstance(command, ErasePerson):
        values.one_of(ERASURE_BASES, command.basis, "basis")
        return () if state.phase == "erased" else (PersonErased(basis=command.basis),)
    known(state)
    duplicate.not_merged(state.same)
    match command:
        case CorrectPersonDetails():
            return _correct(state, command)
        case RecordReasonableAdjustments(reasonable_adjustments=given):
            adjustments = values.all_of(codes.REASONABLE_ADJUSTMENTS, given, "reasonable_adjustments")
            if adjustments == state.reasonable_adjustments:
                return ()
            return (ReasonableAdjustmentsRecorded(reasonable_adjustments=adjustments),)
        case TraceNHSNumber():
            return _trace(state, command)
        case SetContactPreference():
            return _prefer(state, command)
        case ChangeGPRegistration():
            return _change_gp(state, command)
        case RecordDeath():
            return _die(state, command)


def _register(state: State, command: RegisterPerson) -> tuple[Event, ...]:
    given = {field: getattr(command, field) for field in _REGISTERED} | _checked(command, command.on)
    given["nhs_number"] = values.nhs_number(command.nhs_number, "nhs_number") if command.nhs_number else None
    given["reasonable_adjustments"] = values.all_of(
        codes.REASONABLE_ADJUSTMENTS, command.reasonable_adjustments, "reasonable_adjustments"
    )
    _check_status(command.nhs_number_status, given["nhs_number"])
    if command.gp_practice is not None:
        values.practice_key(command.gp_practice, "gp_practice")
    registered = PersonRegistered(**given)
    if state.phase == "unknown":
        return (registered,)
    if state == evolve(INITIAL, registered):
        return ()
    raise Refused("this person is registered already; correct their details instead")


def _correct(state: State, command: CorrectPersonDetails) -> tuple[Event, ...]:
    new = _checked(command, command.on)
    changed = {
        field: value
        for field, value in new.items()
        if value is not None and value != _or_nothing(getattr(state, field))
    }
    return (PersonDetailsCorrected(**changed),) if changed else ()


def _or_nothing(value: object) -> object:
    """A detail nobody gave equals one taken away."""
    return "" if value is None else value


def _checked(wish: RegisterPerson | CorrectPersonDetails, today: date) -> dict[str, Any]:
    """What a registration or a correction says, in the form it is stored in."""
    if wish.date_of_birth is not None and not 0 <= today.year - wish.date_of_birth.year <= 130:
        raise Refused("date_of_birth must lie within the last 130 years")
    if wish.date_of_birth is not None and wish.date_of_birth > today:
        raise Refused("date_of_birth lies in the future")
    if wish.stated_gender is not None:
        values.one_of(codes.STATED_GENDERS, wish.stated_gender, "stated_gender")
    if wish.ethnic_category is not None:
        values.one_of(codes.ETHNIC_CATEGORIES, wish.ethnic_category, "ethnic_category")
    if wish.language is not None:
        values.language(wish.language)
    if wish.lsoa21 is not None:
        values.lsoa_2021(wish.lsoa21, "lsoa21")
    if wish.email is not None:
        values.email_address(wish.email, "email")
    if wish.worker_gender_preference:
        values.one_of(WORKER_GENDERS, wish.worker_gender_preference, "worker_gender_preference")
    _check_deprivation(wish.imd_version, wish.imd_decile)
    checked = {field: getattr(wish, field) for field in _CORRECTED}
    if wish.name is not None:
        checked["name"] = values.said(wish.name, "name", 300)
    if wish.postcode:
        checked["postcode"] = values.postcode(wish.postcode)
    return checked


def _check_deprivation(version: str | None, decile: int | None) -> None:
    """A decile without its version means nothing: an area may stand in another one in the next index."""
    if (version is None) != (decile is None):
        raise Refused("imd_decile and imd_version go together")
    if version is not None:
        values.one_of(codes.IMD_VERSIONS, version, "imd_version")
    if decile is not None and not 1 <= decile <= 10:
        raise Refused("imd_decile must be 1 (most deprived) to 10")


def _check_status(status: str, number: str | None) -> None:
    values.one_of(codes.NHS_NUMBER_STATUSES, status, "nhs_number_status")
    if number is None and status in ("01", "02"):
        raise Refused(f"nhs_number_status {status} needs an NHS number")
    if number is not None and status == "07":
        raise Refused("nhs_number_status 07 says there is no NHS number, yet one is given")


def _trace(state: State, command: TraceNHSNumber) -> tuple[Event, ...]:
    number = values.nhs_number(command.nhs_number, "nhs_number")
    _check_status(command.nhs_number_status, number)
    if (number, command.nhs_number_status) == (state.nhs_number, state.nhs_number_status):
        return ()
    before = state.nhs_number if isinstance(state.nhs_number, str) else None
    return (NHSNumberTraced(nhs_number=number, previous=before, nhs_number_status=command.nhs_number_status),)


def _prefer(state: State, command: SetContactPreference) -> tuple[Event, ...]:
    values.one_of(CHANNELS, command.channel, "channel")
    not_died(state)
    wish = ContactPreferenceSet(
        channel=command.channel,
        safe_times=command.safe_times,
        safe_to_leave_message=command.safe_to_leave_message,
    )
    return () if wish == state.preference else (wish,)


def _change_gp(state: State, command: ChangeGPRegistration) -> tuple[Event, ...]:
    if command.gp_practice is not None:
        values.practice_key(command.gp_practice, "gp_practice")
    if command.gp_practice == state.gp_practice:
        return ()
    return (GPRegistrationChanged(gp_practice=command.gp_practice, previous=state.gp_practice, since=command.since),)


def _die(state: State, command: RecordDeath) -> tuple[Event, ...]:
    """A day of death told later, or told otherwise, is recorded again."""
    values.one_of(DEATH_SOURCES, command.source, "source")
    if state.phase == "died" and command.died_on in (None, state.died_on):
        return ()
    return (PersonDied(died_on=command.died_on, source=command.source),)
