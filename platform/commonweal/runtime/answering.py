"""Answering: a GraphQL operation is read and weighed once; then each request is values in, one statement, bytes out."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from graphql import ExecutionResult, FieldNode, GraphQLError, execute
from graphql.execution.values import get_argument_values, get_variable_values

from commonweal.kernel import sql_graph
from commonweal.kernel.fetch import everything, fetch, picked, told, width
from commonweal.kernel.question import Question, Table, refusal
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.selection import Selected
from commonweal.kernel.sql_graph import NotPlanned, Statement
from commonweal.kernel.trace import refused
from commonweal.kernel.view import view
from commonweal.runtime import limits, operation, refusals
from commonweal.runtime.observing import this_is
from commonweal.runtime.opening import Opened
from commonweal.runtime.operation import AskedRoot, Invalid, Prepared, written
from commonweal.runtime.refusals import TooMuch
from commonweal.runtime.schema import Asker, Schema
from commonweal.runtime.waiting import Behind, until, until_now

_PREPARED: Final = 512
"""Operations remembered."""
_STATEMENTS: Final = 4096
"""Statements remembered, of all operations together."""
_PLANS: Final = 4096
"""Questions remembered, of all operations together."""
_LONG: Final = 1_000
"""Bytes of variables, beyond which a question is not remembered."""
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Planned:
    """What one request comes to. Equal keys are the same question of the same ICS by people who may see the same."""

    key: tuple[object, ...]
    statement: Statement
    parameters: tuple[Any, ...]
    questions: tuple[Question, ...] = field(repr=False)
    selected: tuple[Selected, ...] = field(repr=False)
    names: tuple[bytes, ...]
    """The response keys, as JSON."""
    nodes: tuple[FieldNode, ...] = field(repr=False)
    rooms: frozenset[str]
    waits: tuple[tuple[str, int | None], ...]
    """(room, position) to wait for; None: what the log holds now."""
    timeless: bool
    """Asked again tomorrow in the same words, it would be the same question."""

    def body(self, found: Sequence[bytes | None]) -> bytes:
        """`{"data":{…}}` of what the statement found for each question, as far as it may be told."""
        values = map(_as_told, self.questions, self.selected, found)
        fields = (name + b":" + (value or b"null") for name, value in zip(self.names, values, strict=True))
        return b'{"data":{' + b",".join(fields) + b"}}"


class Answering:
    """Answers the operations of one schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._prepared: OrderedDict[tuple[str, str | None], Prepared] = OrderedDict()
        self._statements = self._plans = 0
        self._opened = Opened()

    async def opened(self, asker: Asker, person_id: str, part: str) -> None:
        """Write down that a page shows somebody this part of a person's record, where no question of it says so."""
        await self._opened.write(asker, person_id, part)

    async def watched(self, asker: Asker, planned: Planned) -> None:
        """Write down whose record somebody is about to watch: what many watch is asked for one of them alone."""
        if any([await self._opened.is_new(asker, question) for question in planned.questions]):
            await self.run(asker, planned)

    def prepare(self, document: str, name: str | None) -> Prepared:
        """Read, validate and limit an operation, once. Raises `Invalid`."""
        if (found := self._prepared.get((document, name))) is not None:
            self._prepared.move_to_end((document, name))
            return found
        found = self._prepared[document, name] = operation.read(self.schema, document, name)
        if len(self._prepared) > _PREPARED:
            _, gone = self._prepared.popitem(last=False)
            self._statements -= len(gone.statements)
            self._plans -= len(gone.plans)
        return found

    async def answer(self, asker: Asker, document: str, name: str | None, variables: Mapping[str, Any] | None) -> bytes:
        """The whole answer of a query or a mutation, errors and all."""
        try:
            prepared = self.prepare(document, name)
            this_is(prepared.kind)
            if prepared.kind == "subscription":
                refused("graphql_invalid", asker.tenant.ods)
                return written(None, [refusal("a subscription needs a web socket: ask by graphql-transport-ws")])
            planned = self.plan(asker, prepared, variables or {})
            if planned is not None:
                return await self._told(asker, planned)
        except Invalid as invalid:
            refused(invalid.kind, asker.tenant.ods)
            return invalid.answer
        except Behind as behind:
            return await self.interpret(asker, prepared, variables or {}, behind.room)
        except GraphQLError:
            pass  # graphql-core tells which field it was, and answers the others
        return await self.interpret(asker, prepared, variables or {})

    def plan(self, asker: Asker, prepared: Prepared, variables: Mapping[str, Any]) -> Planned | None:
        """What a request comes to; None where graphql-core has to answer it. The same question is planned once.

        Raises `Invalid` for variables that will not do, GraphQLError where a root field is refused.
        """
        key = _same(asker, variables)
        known: Planned | None = None if key is None else prepared.plans.get(key)
        if known is not None:
            return known
        found = self._plan(asker, prepared, variables)
        if key is not None and found is not None and found.timeless:
            if self._plans >= _PLANS:
                for each in self._prepared.values():
                    each.plans.clear()
                self._plans = 0
            prepared.plans[key] = found
            self._plans += 1
        return found

    def _plan(self, asker: Asker, prepared: Prepared, variables: Mapping[str, Any]) -> Planned | None:
        if limits.many(variables):
            raise Invalid([refusal(f"a question brings at most {limits.VALUES:,} values")], "graphql_limit")
        declared = prepared.node.variable_definitions or ()
        given = get_variable_values(self.schema.core, declared, dict(variables), limits.ERRORS)
        if isinstance(given, list):
            raise Invalid(self.schema.told(given))
        flags = {name: given.coerced.get(name) for name in prepared.flags}
        if (roots := prepared.roots(flags)) is None:
            return None
        questions = [_ask(asker, each, given) for each in roots]
        try:
            statement = self._statement(prepared, flags, roots, questions)
        except NotPlanned:
            return None
        costs = sum(map(sql_graph.cost, statement.widths, questions))
        if costs > limits.COST:
            raise Invalid([TooMuch(limits.too_much(costs), prepared.node)], "graphql_limit")
        values = [sql_graph.values(question) for question in questions]
        parameters = tuple(values[number][name] for number, name in statement.parameters)
        rooms = [each.known.model.name for each in roots]
        return Planned(
            key=(
                asker.tenant.ods,
                statement.sql,
                tuple(map(_hashable, parameters)),
                tuple(map(_telling, questions)),
                tuple((each.name, _wanted(each.selected)) for each in roots),
            ),
            statement=statement,
            parameters=parameters,
            questions=tuple(questions),
            selected=tuple(each.selected for each in roots),
            names=tuple(each.name for each in roots),
            nodes=tuple(each.node for each in roots),
            rooms=frozenset(rooms),
            waits=tuple({_waits(room, question) for room, question in zip(rooms, questions, strict=True)}),
            timeless=all(question.as_of is None for question in questions),
        )

    async def run(self, asker: Asker, planned: Planned) -> bytes:
        """One statement: `{"data":{…}}`."""
        for each in planned.waits:
            await _wait(asker, each)
        found = await asker.reader.row(planned.statement.sql, planned.parameters)
        for question, value in zip(planned.questions, found, strict=True):
            if value is not None:
                await self._opened.note(asker, question, value)
        return planned.body(found)

    async def interpret(
        self, asker: Asker, prepared: Prepared, variables: Mapping[str, Any], behind: str = ""
    ) -> bytes:
        """The answer of graphql-core over the same types. `behind`: a room that was waited for in vain, and is not again."""
        found = execute(
            self.schema.core,
            prepared.document,
            context_value=context(asker, self._opened, behind),
            variable_values=dict(variables),
            operation_name=prepared.name,
        )
        result = found if isinstance(found, ExecutionResult) else await found
        errors = self.schema.told(result.errors or [])
        refusals.count(errors, asker.tenant.ods, asked=prepared.kind)
        return written(result.data, errors)

    async def _told(self, asker: Asker, planned: Planned) -> bytes:
        """The answer, with what nobody foresaw told as such. Raises GraphQLError where a question is refused."""
        try:
            return await self.run(asker, planned)
        except GraphQLError:
            raise
        except Exception as failure:  # noqa: BLE001 – kept for whoever runs the installation, told without what was in it
            path = [msgspec.json.decode(planned.names[0])]
            error = GraphQLError("", list(planned.nodes), path=path, original_error=failure)
            return written(None, self.schema.told([error]))

    def _statement(
        self,
        prepared: Prepared,
        flags: Mapping[str, object],
        roots: tuple[AskedRoot, ...],
        questions: list[Question],
    ) -> Statement:
        shapes = (tuple(flags.values()), *map(sql_graph.shape, questions))
        if (found := prepared.statements.get(shapes)) is None:
            asked = [
                (each.known.model, question, each.selected if _telling(question) is None else everything(question.of))
                for each, question in zip(roots, questions, strict=True)
            ]
            found = sql_graph.statement(asked)
            if self._statements >= _STATEMENTS:
                for each in self._prepared.values():
                    each.statements.clear()
                self._statements = 0
            prepared.statements[shapes] = found
            self._statements += 1
        return found


def _wanted(selected: Selected) -> tuple[object, ...]:
    """What was selected, as it can be compared: of what is counted before it is told, the SQL does not say it."""
    return tuple((answered_as, each.name, _wanted(each.inside)) for answered_as, each in selected.items())


def _same(asker: Asker, variables: Mapping[str, Any]) -> tuple[object, ...] | None:
    """What decides a question beside its operation: whose ICS, what they may see, the day, and what was given."""
    try:
        told = _encode(variables)
    except (TypeError, ValueError):  # half of a surrogate pair, or what no JSON holds
        return None
    # Whoever asks with long texts, each another, is given no room to keep them.
    return (asker.tenant.ods, asker.reader.sight, asker.reader.today, told) if len(told) <= _LONG else None


def _ask(asker: Asker, root: AskedRoot, given: Any) -> Question:
    arguments = root.arguments(get_argument_values(root.field_of, root.node, given))
    return root.known.ask(None, _Info({"reader": asker.reader}), **arguments)


@dataclass(frozen=True, slots=True)
class _Info:
    """As much of Strawberry's Info as a root field looks at."""

    context: Mapping[str, Any]


def context(asker: Asker, opened: Opened, behind: str = "") -> dict[str, Any]:
    """What resolvers find in `info.context`: a reader that does not know its ICS, and who asks for those who must."""
    spent = 0

    async def read(model: ReadModel, question: Question) -> Any:
        nonlocal spent
        spent += sql_graph.cost(width(question.of), question)
        if spent > limits.COST:
            raise TooMuch(limits.too_much(spent))
        room, position = _waits(model.name, question)
        if room == behind and position != 0:
            raise Behind(room)
        await _wait(asker, (room, position))
        found = await fetch(asker.reader, model, question)
        if found is not None:
            await opened.note(asker, question, found)
        return found

    return {"asker": asker, "reader": asker.reader, "fetch": read}


async def _wait(asker: Asker, until_when: tuple[str, int | None]) -> None:
    room, position = until_when
    if position is None:
        await until_now(asker.tenant, room)
    elif position:
        await until(asker.tenant, room, position)


def _waits(room: str, question: Question) -> tuple[str, int | None]:
    """The position a question waits for: 0 for none, None for all that the log holds now."""
    if question.as_of is None:
        return room, question.after_position or 0
    return room, question.as_of if isinstance(question.as_of, int) else None


def _telling(question: Question) -> object:
    """By what a question holds back what one row would tell of another; None where it does not."""
    return question.told if isinstance(question, Table) else None


def _as_told(question: Question, selected: Selected, found: bytes | None) -> bytes | None:
    """What may be told of an answer, as it is sent."""
    if found is None or _telling(question) is None:
        return found
    return _encode(picked(told(msgspec.json.decode(found), question), selected, view(question.of)))


def _hashable(value: Any) -> object:
    return tuple(value) if isinstance(value, list) else value
