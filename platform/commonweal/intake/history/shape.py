"""The shape of a line of history, made from the commands: what a command asks, a line has to say."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from datetime import date, datetime
from functools import reduce
from operator import or_
from types import GenericAlias
from typing import Annotated, Any, Final, TypeAlias, get_args, get_origin

import msgspec

from commonweal.domain.deciders import COMMANDS
from commonweal.domain.message import Refused, field_types
from commonweal.intake.history.happened import HAPPENED, What

NOW: Final = frozenset({"at", "held_at", "attempted_at"})
"""Fields that are the time of what happened."""
TODAY: Final = frozenset(
    {"on", "given_on", "refused_on", "withdrawn_on", "completed_on", "rated_on", "done_on", "agreed_on", "confirmed_on"}
)
"""Fields that are its day."""
FILLED: Final = frozenset({"referral_id", "person_id", "plan_id", "by", "by_role", *NOW, "on"})
"""Fields that follow from the case and the time: a line does not say them."""
COUNTED: Final = frozenset({"clause_id", "flag_id", "refer_back_id", "action_id", "gain_id"})
"""Ids of parts that need none, where nothing later speaks of them."""
_LONGEST: Final = 10_000
_Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
_Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
_Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=_LONGEST, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]

Field: TypeAlias = tuple[str, Any] | tuple[str, Any, Any]


def _any_of(types: Iterable[Any]) -> Any:
    return reduce(or_, types)


def _hint(hint: Any) -> Any:
    """As a line has it: a time has its zone, a text is one a database keeps."""
    if hint is datetime:
        return _Moment
    if hint is str:
        return _Text
    if parts := get_args(hint):
        made = tuple(part if part in (type(None), Ellipsis) else _hint(part) for part in parts)
        return GenericAlias(tuple, made) if get_origin(hint) is tuple else _any_of(made)
    return hint


def _asked(command: type, without: frozenset[str]) -> Iterator[Field]:
    """The fields of a command that a line says."""
    defaults = {each.name: each.default for each in fields(command) if each.default is not MISSING}
    for name, hint in field_types(command).items():
        if name in without:
            continue
        if name in TODAY or name in COUNTED or name == "worker_id":
            yield name, _hint(hint) | None, None
        elif name in defaults:
            yield name, _hint(hint), defaults[name]
        else:
            yield name, _hint(hint)


def _step(what: str, about: What) -> type[msgspec.Struct]:
    command = COMMANDS[about.command]
    own: list[Field] = [("at", _Moment)]
    if about.record in ("contact", "note", "measure"):
        own.append(("id", _Id | None, None))
    if about.record == "plan":
        own.append(("plan", _Id | None, None))
    if "worker_id" in field_types(command):
        own.append(("worker", _Id | None, None))
    return _struct(what, [*own, *_asked(command, FILLED)], tag=what, tag_field="step")


def _struct(name: str, told: list[Field], **more: Any) -> type[msgspec.Struct]:
    return msgspec.defstruct(name, told, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False, **more)


STEPS: Final = {what: _step(what, about) for what, about in HAPPENED.items()}
_Person: Final = _struct(
    "person",
    [
        ("id", _Id),
        ("nhs_number_status", str | None, None),
        *_asked(COMMANDS["RegisterPerson"], frozenset({"on", "nhs_number_status"})),
    ],
)
_Referral: Final = _struct("referral", list(_asked(COMMANDS["ReceiveReferral"], frozenset({"person_id"}))))
_Case: Final = _struct(
    "case",
    [
        ("tool", _Id),
        ("id", _Id),
        ("person", _Person),
        ("referral", _Referral),
        ("happened", GenericAlias(tuple, (_any_of(STEPS.values()), ...))),
    ],
    tag="case",
    tag_field="kind",
)
_LinkWorker: Final = _struct(
    "link_worker",
    [("tool", _Id), ("id", _Id), ("left_on", date | None, None), *_asked(COMMANDS["EngageLinkWorker"], frozenset())],
    tag="link_worker",
    tag_field="kind",
)

Line: TypeAlias = Any
"""A case or a link worker, with the fields that are described."""
_decode: Final = msgspec.json.Decoder(_Case | _LinkWorker).decode
_QUOTED: Final = re.compile(r"field `[^`]*`|value '[^']*'")


def read(raw: bytes) -> Line:
    """A line. Raises `Refused` with where it is wrong, and nothing of what stands there."""
    try:
        found = _decode(raw)
    except (ValueError, RecursionError) as wrong:  # msgspec's errors are ValueErrors
        said = _QUOTED.sub(lambda each: each[0].partition(" ")[0], str(wrong))
        raise Refused(f"{said[:1].lower()}{said[1:]}") from None
    if is_case(found):
        times = [step.at for step in found.happened]
        if times != sorted(times):
            raise Refused("happened is not in order - at `$.happened`")
    return found


def is_case(line: Line) -> bool:
    return isinstance(line, _Case)


def what_of(step: Line) -> str:
    """The name of what happened."""
    return type(step).__name__


def described() -> Iterator[str]:
    """Each kind of line and each thing that may have happened, with its fields; `?` stands after those that need not be there."""
    for name, struct in (
        ("link_worker", _LinkWorker),
        ("case", _Case),
        ("case.person", _Person),
        ("case.referral", _Referral),
    ):
        yield f"{name}: {_fields(struct)}"
    for what, struct in STEPS.items():
        yield f"case.happened {what}: {_fields(struct)}"


def _fields(struct: type[msgspec.Struct]) -> str:
    named = msgspec.structs.fields(struct)
    return ", ".join(f"{each.name}{'' if each.required else '?'}" for each in named)
