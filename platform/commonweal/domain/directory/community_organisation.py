"""Community organisation: who runs the services that people are connected to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Claim, Refused, command, event

# These names are the storage format: never renamed. All of it is public: addresses of roles, never of people.


@event
class OrganisationListed:
    name: str
    description: str | None = None
    identifiers: tuple[str, ...] = ()
    website: str | None = None
    email: str | None = None
    parent: str | None = None


@event
class OrganisationChanged:
    """Each field that changed, as it is from now on; an empty text took the old one away."""

    name: str | None = None
    description: str | None = None
    website: str | None = None
    email: str | None = None
    parent: str | None = None


@event
class OrganisationIdentified:
    """`identifiers`: all of them from now on; the last is new."""

    identifiers: tuple[str, ...]


@command
class ListOrganisation:
    name: str
    description: str | None = None
    identifiers: tuple[str, ...] = ()
    website: str | None = None
    email: str | None = None
    parent: str | None = None


@command
class ChangeOrganisation:
    """What is not given stays; an empty text takes the old one away."""

    name: str | None = None
    description: str | None = None
    website: str | None = None
    email: str | None = None
    parent: str | None = None


@command
class IdentifyOrganisation:
    """`identifier`: its ODS code or register number. Someone granted `organisation:<identifier>` speaks for it."""

    identifier: str


CATEGORY: Final = "community_organisation"
CREATES: Final = (ListOrganisation,)

Event = OrganisationListed | OrganisationChanged | OrganisationIdentified
Command = ListOrganisation | ChangeOrganisation | IdentifyOrganisation

_FIELDS: Final = ("name", "description", "website", "email", "parent")


@dataclass(frozen=True, slots=True)
class State:
    listed: OrganisationListed | None = None
    facts: Mapping[str, str] | None = None
    """What is known of it now, by field; nothing stands for what is not known."""
    identifiers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return (self.facts or {}).get("name", "")


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case OrganisationListed():
            facts = {name: value for name in _FIELDS if (value := getattr(event, name))}
            return State(listed=event, facts=facts, identifiers=event.identifiers)
        case OrganisationChanged():
            changed = {name: value for name in _FIELDS if (value := getattr(event, name)) is not None}
            return replace(state, facts={k: v for k, v in {**(state.facts or {}), **changed}.items() if v})
        case OrganisationIdentified(identifiers=identifiers):
            return replace(state, identifiers=identifiers)


def claims(event: Event) -> tuple[Claim, ...]:
    """One register number is one organisation."""
    match event:
        case OrganisationListed(identifiers=identifiers):
            return tuple(Claim(kind="organisation_identifier", value=each) for each in identifiers)
        case OrganisationIdentified(identifiers=identifiers):
            return tuple(Claim(kind="organisation_identifier", value=each) for each in identifiers[-1:])
        case OrganisationChanged():
            return ()


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case ListOrganisation():
            return _list(state, command)
        case ChangeOrganisation():
            known = _known(state)
            given = _checked({name: value for name in _FIELDS if (value := getattr(command, name)) is not None})
            if "name" in given:
                values.said(given["name"], "name")
            changed = {name: value for name, value in given.items() if value != known.get(name, "")}
            return (OrganisationChanged(**changed),) if changed else ()
        case IdentifyOrganisation(identifier=identifier):
            _known(state)
            values.organisation(identifier, "identifier")
            if identifier in state.identifiers:
                return ()
            return (OrganisationIdentified(identifiers=(*state.identifiers, identifier)),)


def _list(state: State, command: ListOrganisation) -> tuple[Event, ...]:
    given = {name: value for name in _FIELDS if (value := getattr(command, name)) is not None}
    facts = _checked({**given, "name": values.said(command.name, "name", 200)})
    known = {name: value for name, value in facts.items() if value}
    identifiers = tuple(dict.fromkeys(values.organisation(each, "identifiers") for each in command.identifiers))
    listed = OrganisationListed(**known, identifiers=identifiers)
    if state.listed is None:
        return (listed,)
    if state.listed == listed:
        return ()
    raise Refused("this organisation is listed already: change it instead")


def _known(state: State) -> Mapping[str, str]:
    if state.facts is None:
        raise Refused("there is no such organisation")
    return state.facts


def _checked(given: Mapping[str, str]) -> dict[str, str]:
    """What was given, trimmed. Refuses what cannot be."""
    found = {name: value.strip() for name, value in given.items()}
    web_address(found.get("website", ""), "website")
    values.email_address(found.get("email", ""), "email")
    if found.get("parent"):
        values.identifier(found["parent"], "parent")
    for name, longest in (("name", 200), ("description", 4_000)):
        values.at_most(found.get(name, ""), name, longest)
    return found


def web_address(text: str, what: str) -> None:
    """Refuses what is no web address; nothing is none."""
    if text and (not text.startswith(("https://", "http://")) or any(each in text for each in " \"'<>")):
        raise Refused(f"{what} must be a web address such as https://www.example.org")
