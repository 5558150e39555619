"""Instrument: whether an ICS may use a questionnaire, as its owner allows."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.measures.questionnaire import Instrument
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class InstrumentRegistered:
    """The stream's id is the instrument's code, and so is `instrument`."""

    instrument: str
    version: str
    licence: str
    languages: tuple[str, ...] = ()


@event
class InstrumentLicenceRecorded:
    state: str
    reference: str | None = None
    expires_on: date | None = None


@event
class InstrumentRetired:
    reason: str


@command
class RegisterInstrument:
    """Put a questionnaire on this ICS's list. `languages`: those in which it is at hand, as BCP 47 writes them."""

    code: str
    languages: tuple[str, ...] = ("en",)


@command
class RecordInstrumentLicence:
    """What its owner allows: `state` is registered, licensed or blocked; `reference` is theirs."""

    state: str
    reference: str | None = None
    expires_on: date | None = None


@command
class RetireInstrument:
    reason: str


CATEGORY: Final = "instrument"

Event = InstrumentRegistered | InstrumentLicenceRecorded | InstrumentRetired
Command = RegisterInstrument | RecordInstrumentLicence | RetireInstrument


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → registered → retired, and back by registering it again"""
    instrument: str | None = None
    version: str | None = None
    languages: tuple[str, ...] = ()
    licence: InstrumentLicenceRecorded | None = None
    ending: str | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case InstrumentRegistered(instrument=code, version=version, languages=languages):
            return replace(
                state, phase="registered", instrument=code, version=version, languages=languages, ending=None
            )
        case InstrumentLicenceRecorded():
            return replace(state, licence=event)
        case InstrumentRetired(reason=reason):
            return replace(state, phase="retired", ending=reason)


def usable(definition: Instrument, state: State, on: date) -> None:
    """Refuses where the ICS may not use this instrument on this day. One that is open needs neither list nor licence."""
    if state.phase == "retired":
        raise Refused(f"instrument: {definition.name} is no longer used here")
    licence = state.licence
    if licence is not None and licence.state == "blocked":
        raise Refused(f"instrument: the owner of {definition.name} does not allow it here")
    if definition.licence == "open":
        return
    if state.instrument != definition.code:
        licence = None
    wanted = {"registered", "licensed"} if definition.licence == "registered" else {"licensed"}
    if licence is None or licence.state not in wanted:
        what = "registered with its owners" if definition.licence == "registered" else "licensed by its owner"
        raise Refused(f"instrument: {definition.name} must first be {what}: ask whoever keeps the list of instruments")
    if licence.expires_on is not None and licence.expires_on < on:
        raise Refused(f"instrument: the licence of {definition.name} ran out on {licence.expires_on}")


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if isinstance(command, RegisterInstrument):
        return _register(state, command)
    if state.phase == "unknown":
        raise Refused("this instrument is not on the list of this ICS: register it first")
    match command:
        case RecordInstrumentLicence():
            return _record_licence(state, command)
        case RetireInstrument(reason=reason):
            values.one_of(codes.INSTRUMENT_RETIREMENTS, reason, "reason")
            return () if state.phase == "retired" else (InstrumentRetired(reason=reason),)


def _register(state: State, command: RegisterInstrument) -> tuple[Event, ...]:
    definition = INSTRUMENTS[values.one_of(frozenset(INSTRUMENTS), command.code, "code")]
    languages = tuple(dict.fromkeys(values.language(each, "languages") for each in command.languages))
    if state.instrument not in (None, definition.code):
        raise Refused("code must be that of the record")
    if (state.phase, state.version, state.languages) == ("registered", definition.version, languages):
        return ()
    return (
        InstrumentRegistered(
            instrument=definition.code, version=definition.version, licence=definition.licence, languages=languages
        ),
    )


def _record_licence(state: State, command: RecordInstrumentLicence) -> tuple[Event, ...]:
    values.one_of(codes.INSTRUMENT_LICENCES, command.state, "state")
    if command.reference is not None:
        values.identifier(command.reference, "reference")
    if command.state == "licensed" and command.reference is None:
        raise Refused("reference is missing: a licence has its owner's reference")
    recorded = InstrumentLicenceRecorded(
        state=command.state, reference=command.reference, expires_on=command.expires_on
    )
    return () if state.licence == recorded else (recorded,)
