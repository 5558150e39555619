"""The words we speak in: a command is a wish, an event is a fact, a refusal is a sentence for the person who asked."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import (
    Annotated,
    Any,
    Final,
    TypeAlias,
    TypeVar,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

T = TypeVar("T")
Class = TypeVar("Class", bound=type)


class Erased:
    """What stands where something personal stood, once the person's key is destroyed."""

    def __repr__(self) -> str:
        return "erased"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> "Erased":
        return self

    def __deepcopy__(self, _memo: object) -> "Erased":
        return self

    def __reduce__(self) -> str:
        return "ERASED"


ERASED: Final = Erased()
_PERSONAL: Final = "personal"

Personal: TypeAlias = Annotated[T | Erased, _PERSONAL]
"""A field that says something about a person. It is sealed with that person's key wherever an event is stored.

`Personal[str | None]` where it may be missing; never `Personal[str] | None`.
"""


class Refused(Exception):  # noqa: N818 – a refusal is an answer, not an error
    """The wish cannot be granted; the message says why to the person who asked."""


EVENTS: Final[dict[str, type]] = {}
"""Every event by its name. The names are the storage format."""

COMMANDS: Final[dict[str, type]] = {}
"""Every command by its name."""


def _message(kind: dict[str, type], made: type) -> type:
    name = made.__name__
    if name in EVENTS or name in COMMANDS:
        raise ValueError(f"{name} is the name of another message already; names are unique in the product")
    kind[name] = made
    return made


def _frozen(made: type) -> type:
    """A class that says nothing of itself is called by its name: `dataclass` would look for its signature at each start."""
    made.__doc__ = made.__doc__ or made.__name__
    return dataclass(frozen=True, kw_only=True, slots=True)(made)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(made: Class) -> Class:
    """Make a class an event: frozen, keyword-only, known by its name. Fields are only ever added, each with a default."""
    return cast("Class", _message(EVENTS, _frozen(made)))


@dataclass_transform(frozen_default=True, kw_only_default=True)
def command(made: Class) -> Class:
    """Make a class a command: frozen, keyword-only, known by its name."""
    return cast("Class", _message(COMMANDS, _frozen(made)))


def field_types(message: type) -> dict[str, Any]:
    """The type of each field as declared, `Annotated` kept."""
    hints = get_type_hints(message, include_extras=True)
    return {f.name: hints[f.name] for f in fields(message)}


def is_personal(hint: object) -> bool:
    """Is a field of this type sealed?"""
    return get_origin(hint) is Annotated and _PERSONAL in get_args(hint)[1:]


def personal_type(hint: object) -> Any:
    """`Personal[date | None]` → `date | None`."""
    union = get_args(hint)[0]
    rest = tuple(arg for arg in get_args(union) if arg is not Erased)
    found: Any = rest[0]
    for arg in rest[1:]:
        found = found | arg
    return found


@dataclass(frozen=True, slots=True)
class Claim:
    """A key only one stream of a tenant may hold: an NHS number, a source's own reference. Stored as a keyed hash."""

    kind: str
    value: str
    release: bool = False
    """Give it back instead of taking it."""


TAKEN: Final[dict[str, str]] = {
    "open_plan": "supersedes: this person has an open plan in this programme already; "
    "go on with that one, or choose it as the plan that ends with this one"
}
"""Kind of a claim → what to say to the person who asked where another record has it, if there is more to say than that."""


Upcast: TypeAlias = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""Fields as stored under a retired name → the name and the clear fields it is read as today."""

RETIRED: Final[dict[str, Upcast]] = {}
"""Event names no longer written, and how each is read. A stored event itself is never changed."""
