"""Mutations, made from the commands: what the domain can do, and someone may, is what GraphQL offers."""

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, make_dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from typing import Any, Final, Union, get_args, get_origin
from uuid import UUID, uuid4, uuid5

import strawberry
from graphql import GraphQLError
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from commonweal.domain import due
from commonweal.domain.message import Refused, field_types
from commonweal.domain.values import UNWRITABLE, keepable
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS
from commonweal.kernel.reading import Position
from commonweal.runtime.permissions import COMMANDS

COMMAND_IDS: Final = UUID("5f7a9a52-3d0f-5b0e-9c55-0d6d8f2a8a11")
"""Under this name space an idempotency key becomes a command's id, and a new record's id."""
CLOCKS: Final[dict[str, Callable[[datetime], object]]] = {
    "at": lambda now: now,
    "received_at": lambda now: now,
    "on": due.today,
}
"""Fields that say when it is now: the server's clock answers, not the client."""
BY: Final = frozenset({"by", "by_role", "by_organisations"})
"""Fields that say who it was: the one who is signed in, by their user's id, their roles and the organisations they are there for."""
KNOWN: Final = frozenset({"known_referrals", "known_needs", "known_effect", "known_ballots"})
"""Fields that say what stands in a room: looked up when the command is given."""
LINKED: Final = frozenset({"by_link"})
"""Fields that say by which link it came: the page the link opened says so, and nobody of themselves."""
_ADDRESS: Final = {
    "referral": "referral_id",
    "grant": "grant_id",
    "plan": "plan_id",
    "link_worker": "link_worker_id",
    "person": "person_id",
    "record_access": "person_id",
    "representation": "person_id",
    "instrument": "code",
}
"""Category → the field that repeats the id of the record a command is addressed to."""
MOST: Final = 100
"""Values of one list."""
_YEARS: Final = range(1900, 2200)


@strawberry.type(description="What a mutation came to. Give `position` to a view's `afterPosition` to see it there.")
class Receipt:
    id: strawberry.ID
    version: int
    position: Position
    command_id: strawberry.ID
    repeated: bool


def mutation_type(run: Callable[..., Any]) -> type:
    """A Strawberry `Mutation` with a field for each command somebody may give.

    `run(info, command_class, identity, values, key, expected_version)` carries it out and answers a `Receipt`.
    """
    made = {_name(command): _field(command, run) for command in COMMANDS if _offered(command)}
    return strawberry.type(type("Mutation", (), {**made, "__annotations__": {}}))


def camel(name: str) -> str:
    """`expected_version` → `expectedVersion`."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _name(command: type) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", command.__name__).lower()


def document(command: type) -> str:
    """The operation `Do` that gives a command: variables `key` or `id`, `version`, `input`, as far as it has them."""
    new, made = makes_new(command), bool(asked(command))
    variables = ["$key: String!"] if new else ["$id: ID!", "$key: String"]
    arguments = ["idempotencyKey: $key"] if new else ["id: $id", "idempotencyKey: $key"]
    if made:
        variables.append(f"$input: {command.__name__}Input!")
        arguments.append("input: $input")
    variables.append("$version: Int")
    arguments.append("expectedVersion: $version")
    field = f"{camel(_name(command))}({', '.join(arguments)})"
    return f"mutation Do({', '.join(variables)}) {{ {field} {{ id version position }} }}"


def asked(command: type) -> dict[str, Any]:
    """The fields of a command that a client gives, with their types."""
    primary = BEHAVIOURS[command].primary
    return {
        name: hint
        for name, hint in field_types(command).items()
        if name not in {*CLOCKS, *BY, *KNOWN, *LINKED} and name != _ADDRESS.get(primary)
    }


def makes_new(command: type) -> bool:
    """Does this command make a record that has no id yet? What is kept of a person has theirs, and so have a few others."""
    behaviour = BEHAVIOURS[command]
    of_a_person = behaviour.primary != "person" and DECIDERS[behaviour.primary].subject_is_stream
    return behaviour.creates and not of_a_person and behaviour.primary not in ("user", "programme", "framework")


def _offered(command: type) -> bool:
    return all(_plain(hint) for hint in asked(command).values())


def _plain(hint: Any) -> bool:
    if get_origin(hint) in (Union, types.UnionType):
        return all(_plain(each) for each in get_args(hint))
    if get_origin(hint) is tuple:
        return _plain(get_args(hint)[0])
    return hint in (str, int, bool, date, datetime, type(None))


def _graphql_type(hint: Any) -> Any:
    return list[get_args(hint)[0]] if get_origin(hint) is tuple else hint  # type: ignore[misc]


def _input(command: type) -> type | None:
    hints = asked(command)
    if not hints:
        return None
    defaults = {f.name: f.default for f in fields(command) if f.default is not MISSING}
    columns: list[Any] = []
    for name, hint in hints.items():
        if name not in defaults:
            columns.append((name, _graphql_type(hint)))
        elif defaults[name] == ():
            columns.append((name, _graphql_type(hint) | None, dataclass_field(default=None)))
        else:
            columns.append((name, hint, dataclass_field(default=defaults[name])))
    columns.sort(key=len)  # those without a default first
    return strawberry.input(make_dataclass(f"{command.__name__}Input", columns, kw_only=True))


def _must_say(command: type) -> bool:
    """Has the input a field without a default? Where it has none, it may be left out."""
    hints = asked(command)
    return any(f.default is MISSING for f in fields(command) if f.name in hints)


def _field(command: type, run: Callable[..., Any]) -> Any:
    creates = makes_new(command)
    made = _input(command)

    async def resolve(info: strawberry.Info, **given: Any) -> Receipt:
        values = {} if made is None else _values(given.get("input"), command)
        key = given.get("idempotency_key")
        receipt = await run(info, command, given.get("id"), values, key, given.get("expected_version"))
        assert isinstance(receipt, Receipt)  # noqa: S101 – the contract of `run`
        return receipt

    arguments = []
    if creates:
        arguments.append(_argument("idempotency_key", str))
    else:
        arguments.append(_argument("id", strawberry.ID))
    if made is not None and _must_say(command):
        arguments.append(_argument("input", made))
    elif made is not None:
        arguments.append(_argument("input", made | None, None))
    if not creates:
        arguments.append(_argument("idempotency_key", str | None, None))
    arguments.append(_argument("expected_version", int | None, None))
    resolve.__annotations__ = {"info": strawberry.Info, "return": Receipt}
    resolver = StrawberryResolver(resolve)
    resolver.__dict__["arguments"] = arguments
    return StrawberryField(
        python_name=_name(command),
        graphql_name=camel(_name(command)),
        type_annotation=StrawberryAnnotation(Receipt),
        base_resolver=resolver,
        description=(command.__doc__ or "").strip()
        if not (command.__doc__ or "").startswith(command.__name__)
        else None,
    )


def _argument(name: str, hint: Any, default: Any = MISSING) -> StrawberryArgument:
    extra = {} if default is MISSING else {"default": default}
    return StrawberryArgument(python_name=name, graphql_name=None, type_annotation=StrawberryAnnotation(hint), **extra)


def _values(given: Any, command: type) -> dict[str, Any]:
    """What a client gave; a list left out is an empty one."""
    if given is None:
        return {}
    return {
        name: tuple(getattr(given, name) or ()) if get_origin(hint) is tuple else getattr(given, name)
        for name, hint in asked(command).items()
    }


def make(command: type, identity: str, values: dict[str, Any], now: datetime, by: Mapping[str, Any]) -> Any:
    """The command itself: what the client gave, the record's id where the command repeats it, the clock, and of `by` who it was,
    by which link and what stands in a room.

    Raises `Refused`, naming the field, for what no record can hold.
    """
    for name, value in values.items():
        _check(name, value)
    wanted = field_types(command)
    filled = {name: clock(now) for name, clock in CLOCKS.items() if name in wanted}
    repeated = _ADDRESS.get(BEHAVIOURS[command].primary, "")
    address = {repeated: identity} if repeated in wanted else {}
    who = {name: by[name] for name in BY | KNOWN | (LINKED & by.keys()) if name in wanted}
    return command(**values, **filled, **address, **who)


def _check(name: str, value: Any) -> None:
    match value:
        case str():
            keepable(value, name)
        case tuple():
            if len(value) > MOST:
                raise Refused(f"{name} has more than {MOST} values")
            for each in value:
                _check(name, each)
        case date():
            if value.year not in _YEARS:
                raise Refused(f"{name} must lie between {_YEARS[0]} and {_YEARS[-1]}")
        case _:
            pass


def ids(command: type, identity: str | None, key: str | None, asker: str) -> tuple[UUID, str]:
    """The command's id and the record's: both follow from the idempotency key, so that asking twice is asking once.

    Raises a located REFUSED error where a new record is wanted without a key.
    """
    if key is not None and (not 1 <= len(key) <= 200 or UNWRITABLE.search(key)):
        raise GraphQLError(
            "idempotencyKey has 1 to 200 characters, none of them a control character", extensions={"code": "REFUSED"}
        )
    command_id = uuid4() if key is None else uuid5(COMMAND_IDS, f"{asker}|{command.__name__}|{identity or ''}|{key}")
    return command_id, str(uuid5(command_id, "record")) if identity is None else identity
