"""Views: what a room shows, said once – the GraphQL types beside the columns they are read from.

A type's field is the column of its own name, or says its SQL by `column`; `one` leads to another table's row, `many` to rows
of another table. In that SQL
`{row}` is the row the type is read from, `{up}` the row that led to it, and any other name in braces a table of the room.
A root field is a pure function from its arguments to a `Page`, `Rows`, `Row` or `Table`: which rows, for whom, in which order. The
planner (`sql_graph`) makes SQL of it; graphql-core, where the planner does not know something, reads the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any, Final, Generic, TypeVar, get_args, get_origin

import strawberry

from commonweal.kernel.question import Question
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.reading import Position

E = TypeVar("E")
N = TypeVar("N")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's value comes from."""

    sql: str


@dataclass(frozen=True, slots=True)
class One:
    """How to come from `{up}` to the one row of another type; `present` is false where there is none and the field null."""

    join: str
    present: str | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """How to come from `{up}` to the rows of another type: where they are, which of them, and in which order."""

    source: str
    where: str
    order: str


SOURCE: Final = "commonweal.source"
"""The key of a `Column`, `One` or `Many` in a Strawberry field's metadata."""
PLAN: Final = "commonweal.plan"
"""The key of a `Root` in it."""


def column(sql: str, description: str | None = None) -> Any:
    """A field that is not simply the column of its name."""
    return strawberry.field(description=description, metadata={SOURCE: Column(sql)})


def one(join: str, present: str | None = None, description: str | None = None) -> Any:
    """A field that is a row of another type. `join` is SQL that brings in `{row}`."""
    return strawberry.field(description=description, metadata={SOURCE: One(join, present)})


def many(source: str, where: str, order: str, description: str | None = None) -> Any:
    """A field that is a list of rows of another type, few of them: what has many is a connection of its own.

    `many("{action}", "{row}.goal_id = {up}.goal_id", "{row}.by_when, {row}.action_id")`: `source` is a table or a query in
    brackets, `where` a condition on `{row}`, which may name `{up}`; `order` must leave no two rows alike, so that the list is the
    same whoever asks. Lists may stand in lists.
    """
    return strawberry.field(description=description, metadata={SOURCE: Many(source, where, order)})


@dataclass(frozen=True, slots=True)
class Root:
    """A root field the planner knows: its room and the function of its arguments. `live`: it can be subscribed to."""

    model: ReadModel
    ask: Callable[..., Question]
    live: bool = True


def root(
    model: ReadModel, shown: Any, description: str, *, live: bool = True
) -> Callable[[Callable[..., Question]], Any]:
    """Make a root field of a function `(self, info, …) -> Question`; `shown` is its GraphQL type."""

    def made(function: Callable[..., Question]) -> Any:
        known = Root(model, function, live)

        @wraps(function)
        async def resolve(self: Any, info: strawberry.Info, **given: Any) -> Any:
            return await info.context["fetch"](model, function(self, info, **given))

        return strawberry.field(resolver=resolve, description=description, graphql_type=shown, metadata={PLAN: known})

    return made


def subscription_type(query: type) -> type:
    """The planned root fields of a query type, to be subscribed to: the answer as it is, and again whenever it changed."""
    fields: dict[str, Any] = {}
    for each in _definition(query).fields:
        if (known := each.metadata.get(PLAN)) is not None and known.live:
            fields[each.python_name] = _subscribed(each, known)
    return strawberry.type(
        type("Subscription", (), fields), description="A view as it is, and again whenever it changed."
    )


def _subscribed(each: Any, known: Root) -> Any:
    @wraps(known.ask)
    async def changes(self: Any, info: strawberry.Info, **given: Any) -> Any:
        yield await info.context["fetch"](known.model, known.ask(self, info, **given))

    return strawberry.subscription(
        resolver=changes, description=each.description, graphql_type=each.type, metadata={PLAN: known}
    )


@strawberry.type(description="Where a page begins and ends, and whether there is more on either side of it.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[N]):
    cursor: str
    node: N


@strawberry.type
class Connection(Generic[E]):
    edges: list[E]
    page_info: PageInfo
    total_count: int
    as_of: datetime
    position: Position


@strawberry.type
class Aggregate(Generic[N]):
    """What a `Table` answers with: a room makes its own type of it, as of `Connection`."""

    rows: list[N]
    as_of: datetime
    position: Position
    suppressed: int = strawberry.field(
        description="How many numbers are held back, for they would say something about few people."
    )


@dataclass(frozen=True)
class View:
    """A Strawberry type as the planner sees it: GraphQL field name → (Python name, type, source)."""

    of: type

    @cached_property
    def name(self) -> str:
        name: str = _definition(self.of).name
        return name

    @cached_property
    def fields(self) -> dict[str, "Shown"]:
        return {_camel(each.python_name): _shown(each, _given(self.of)) for each in _definition(self.of).fields}


@dataclass(frozen=True, slots=True)
class Shown:
    """A field: `of` is its type without list or null."""

    name: str
    of: Any
    source: Column | One | Many


_VIEWS: Final[dict[type, View]] = {}


def view(of: type) -> View:
    """The view of a Strawberry type, made once."""
    if of not in _VIEWS:
        _VIEWS[of] = View(of)
    return _VIEWS[of]


def _definition(of: type) -> Any:
    return of.__strawberry_definition__  # type: ignore[attr-defined]


def _given(of: type) -> Mapping[Any, Any]:
    """The types that a connection or an edge is of, by the variables that stand for them."""
    bases = (base for base in getattr(of, "__orig_bases__", ()) if get_origin(base) is not None)
    return {
        variable: found
        for base in bases
        for variable, found in zip(get_origin(base).__parameters__, get_args(base), strict=True)
    }


def _shown(each: Any, given: Mapping[Any, Any]) -> Shown:
    of = each.type
    while hasattr(of, "of_type"):
        of = of.of_type
    of = given.get(getattr(of, "type_var", None), of)
    source = each.metadata.get(SOURCE) or Column('{row}."' + each.python_name + '"')
    return Shown(each.python_name, of, source)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
