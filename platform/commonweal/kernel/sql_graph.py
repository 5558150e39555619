"""The planner: a GraphQL selection becomes one SQL statement that answers with the bytes to send.

Everything here is pure. A statement depends on what is selected and on the shape of the questions (which conditions, which
order, how large a page), never on other values: it is made once and then run with those of each request. The size of a page
stands in the SQL because PostgreSQL plans it once for all values, and would reckon with a tenth of the table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from commonweal.kernel.question import FEW, USUALLY, Page, Question, Row, Rows, Table
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.selection import Selected
from commonweal.kernel.sql_names import AT_INSTANT, AT_POSITION, NOW, POSITION, THEN, Names, Parameters
from commonweal.kernel.view import Column, Many, One, Shown, View, view

LONGEST_NAME: Final = 63
"""Bytes of a column's name in PostgreSQL: what is longer would be cut."""


class NotPlanned(Exception):  # noqa: N818
    """This selection is for graphql-core."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `$1 …`, where each value comes from, and how many values a row of each question has."""

    sql: bytes
    parameters: tuple[tuple[int, str], ...]
    """(number of the question, name of its parameter), in order."""
    widths: tuple[int, ...]


def shape(question: Question) -> tuple[Any, ...]:
    """What of a question decides its SQL."""
    as_of = None if question.as_of is None else type(question.as_of)
    common = (type(question), question.of, question.source, question.where, as_of)
    match question:
        case Page():
            return (
                *common,
                question.size,
                question.keys,
                question.descending,
                question.backwards,
                question.after is None,
                question.before is None,
            )
        case Rows():
            return (*common, question.order)
        case Table():
            return (*common, question.order, question.told is not None)
        case Row():
            return common


def values(question: Question) -> dict[str, Any]:
    """Every parameter a question's SQL may name."""
    found = {**question.parameters, "as_of": question.as_of}
    if isinstance(question, Page):
        found |= {f"after_{number}": value for number, value in enumerate(question.after or ())}
        found |= {f"before_{number}": value for number, value in enumerate(question.before or ())}
    return found


def cost(width: int, question: Question) -> int:
    """The most values an answer may hold; that many rows are reckoned where nobody says how many there will be."""
    match question:
        case Page(size=size):
            return width * size
        case Rows() | Table():
            return width * USUALLY
        case Row():
            return width


def statement(asked: Sequence[tuple[ReadModel, Question, Selected]]) -> Statement:
    """One statement with a column for each root field: JSON as text, null where there is no row. Raises `NotPlanned`."""
    columns, parameters, widths = [], Parameters(), []
    for number, (model, question, selected) in enumerate(asked):
        writer = _Writer(model, question, number)
        sql = writer.question(selected)
        columns.append(f"({parameters.numbered(sql, number)})::text")
        widths.append(writer.width)
    return Statement(f"select {', '.join(columns)}".encode(), tuple(parameters.order), tuple(widths))


class _Writer:
    """Writes the SQL of one question."""

    def __init__(self, model: ReadModel, question: Question, number: int) -> None:
        self._model, self._question, self._number = model, question, number
        self._aliases = 0
        self._then = None if question.as_of is None else THEN.format(number=number)
        self.width = 0

    def question(self, selected: Selected) -> str:
        question = self._question
        match question:
            case Page():
                return self._page(question, selected)
            case Rows():
                row = self._alias()
                columns, joins = self._object(view(question.of), selected, row, row)
                source = f"{self._from(row)} {joins} {self._where(question.where, row)}"
                order = self._filled(question.order, row)
                return f"{self._with()}select {_list(f'select {columns} {source} order by {order}')}"
            case Row():
                row = self._alias()
                columns, joins = self._object(view(question.of), selected, row, row)
                found = f"select {columns} {self._from(row)} {joins} {self._where(question.where, row)} limit 1"
                return f"{self._with()}select row_to_json(z) from ({found}) as z"
            case Table():
                return self._table(question, selected)

    def _table(self, table: Table, selected: Selected) -> str:
        """The rows are worked out once, whatever is told of them."""
        named, row = f"table_{self._number}", self._alias()
        rows = f"select {row}.* {self._from(row)} {self._where(table.where, row)}"
        of, columns = view(table.of), []
        for key, chosen in selected.items():
            match chosen.name:
                case "rows":
                    row = self._alias()
                    inside, joins = self._object(view(of.fields["rows"].of), chosen.inside, row, row)
                    order = self._filled(table.order, row)
                    sql = _list(f"select {inside} from {named} as {row} {joins} order by {order}")
                case "suppressed":
                    sql = f"(select coalesce(sum(s.suppressed), 0)::bigint from {named} as s)"
                case name:
                    sql = self._stamp(name, of)
            columns.append(f"{sql} as {_quoted(key)}")
        cte = f"{named} as materialized ({rows})"
        return f"{self._with(cte)}select row_to_json(z) from (select {', '.join(columns)}) as z"

    def _stamp(self, name: str, of: View) -> str:
        """How fresh an answer is, or what it is called."""
        model, as_of = {"name": self._model.name, "version": self._model.version}, self._question.as_of
        match name:
            case "position":
                return self._then or POSITION.format(**model)
            case "asOf" if self._then is None:
                return NOW.format(**model)
            case "asOf" if isinstance(as_of, int):
                return f"(select max(e.recorded_at) from events as e where e.position = {self._then})"
            case "asOf":
                return "%(as_of)s"
            case "__typename":
                return f"'{of.name}'"
            case _:
                raise NotPlanned(name)

    def _page(self, page: Page, selected: Selected) -> str:
        named = f"page_{self._number}"
        forwards = page.descending == page.backwards
        way = "asc" if forwards else "desc"
        order = ", ".join(f"{{row}}.{name} {way}" for name, _ in page.keys)
        conditions = [*page.where]
        keys = ", ".join(f"{{row}}.{name}" for name, _ in page.keys)
        for name, start, sign in (("after", page.after, "<>"), ("before", page.before, "><")):
            if start is not None:
                places = ", ".join(_place(f"{name}_{number}", kind) for number, (_, kind) in enumerate(page.keys))
                conditions.append(f"({keys}) {sign[not page.descending]} ({places})")
        row = self._alias()
        rows = f"select {row}.* {self._from(row)} {self._where(conditions, row)} order by {self._filled(order, row)} limit {page.size + 1}"
        cte = f"{named} as materialized (select x.*, row_number() over () as n from ({rows}) as x)"
        columns = ", ".join(f"{sql} as {_quoted(key)}" for key, sql in self._connection(page, selected, named))
        return f"{self._with(cte)}select row_to_json(z) from (select {columns}) as z"

    def _connection(self, page: Page, selected: Selected, named: str) -> Iterator[tuple[str, str]]:
        """What a connection's fields are, by response key."""
        of = view(page.of)
        for key, chosen in selected.items():
            match chosen.name:
                case "edges":
                    yield key, self._edges(page, chosen.inside, named)
                case "pageInfo":
                    yield key, self._page_info(page, chosen.inside, named)
                case "totalCount":
                    row = self._alias()
                    yield key, f"(select count(*) {self._from(row)} {self._where(page.where, row)})"
                case name:
                    yield key, self._stamp(name, of)

    def _edges(self, page: Page, selected: Selected, named: str) -> str:
        edge = view(view(page.of).fields["edges"].of)
        row, columns, joins = self._alias(), [], ""
        for key, chosen in selected.items():
            match chosen.name:
                case "cursor":
                    columns.append(f"{_cursor(page, row)} as {_quoted(key)}")
                case "node":
                    inside, more = self._object(view(edge.fields["node"].of), chosen.inside, row, row)
                    columns.append(f"{_object(inside)} as {_quoted(key)}")
                    joins = f"{joins} {more}"
                case _:
                    columns.append(f"'{edge.name}' as {_quoted(key)}")
        order = "desc" if page.backwards else "asc"
        return _list(
            f"select {', '.join(columns)} from {named} as {row} {joins} where {row}.n <= {page.size} order by {row}.n {order}"
        )

    def _page_info(self, page: Page, selected: Selected, named: str) -> str:
        more, given = f"(select count(*) from {named}) > {page.size}", str(page.bounded).lower()
        first = f"(select {_cursor(page, 'x')} from {named} as x where x.n <= {page.size} order by x.n limit 1)"
        last = f"(select {_cursor(page, 'x')} from {named} as x where x.n <= {page.size} order by x.n desc limit 1)"
        found = {
            "hasNextPage": given if page.backwards else more,
            "hasPreviousPage": more if page.backwards else given,
            "startCursor": last if page.backwards else first,
            "endCursor": first if page.backwards else last,
            "__typename": "'PageInfo'",
        }
        return _object(", ".join(f"{found[chosen.name]} as {_quoted(key)}" for key, chosen in selected.items()))

    def _object(self, of: View, selected: Selected, row: str, up: str) -> tuple[str, str]:
        """The columns of an object, and the joins they need."""
        columns, joins = [], ""
        for key, chosen in selected.items():
            if chosen.name == "__typename":
                columns.append(f"'{of.name}' as {_quoted(key)}")
                continue
            self.width += 1
            shown = of.fields[chosen.name]
            match shown.source:
                case Column(sql=sql):
                    columns.append(f"{self._filled(sql, row, up)} as {_quoted(key)}")
                case One(join=join, present=present):
                    there = self._alias()
                    inside, more = self._object(view(shown.of), chosen.inside, there, row)
                    joins = f"{joins} {self._filled(join, there, row)}{more}"
                    found = _object(inside)
                    if present is not None:
                        found = f"case when {self._filled(present, there, row)} then {found} end"
                    columns.append(f"{found} as {_quoted(key)}")
                case Many():
                    columns.append(f"{self._rows_of(shown, shown.source, chosen.inside, row)} as {_quoted(key)}")
        return ", ".join(columns), joins

    def _rows_of(self, shown: Shown, many: Many, selected: Selected, up: str) -> str:
        """A list in a row: `FEW` of them are reckoned with, each with lists of its own."""
        row, before = self._alias(), self.width
        columns, joins = self._object(view(shown.of), selected, row, up)
        self.width = before + FEW * (self.width - before)
        source, where, order = (self._filled(sql, row, up) for sql in (many.source, many.where, many.order))
        return _list(f"select {columns} from {source} as {row} {joins} where {where} order by {order}")

    def _from(self, row: str) -> str:
        return f"from {self._filled(self._question.source, row)} as {row}"

    def _where(self, conditions: Sequence[str], row: str) -> str:
        return f"where {' and '.join(f'({self._filled(each, row)})' for each in conditions)}" if conditions else ""

    def _with(self, *more: str) -> str:
        """The common table expressions: the moment asked for, and more."""
        parts = [*more]
        if self._question.as_of is not None:
            at = AT_POSITION if isinstance(self._question.as_of, int) else AT_INSTANT
            parts.insert(0, at.format(number=self._number))
        return f"with recursive {', '.join(parts)} " if parts else ""

    def _filled(self, sql: str, row: str, up: str = "") -> str:
        return sql.format_map(Names(self._model, self._then, row=row, up=up or row))

    def _alias(self) -> str:
        self._aliases += 1
        return f"q{self._number}_{self._aliases}"


def _place(name: str, kind: type) -> str:
    from_epoch = "timestamptz 'epoch' + %({0})s::bigint * interval '1 microsecond'"
    plain = {int: "%({0})s::bigint", str: "%({0})s::text"}
    return plain.get(kind, from_epoch).format(name)


def _cursor(page: Page, row: str) -> str:
    """Must be what `view.place` reads."""
    parts = (
        f"(extract(epoch from {row}.{name}) * 1000000)::bigint" if kind not in (int, str) else f"{row}.{name}"
        for name, kind in page.keys
    )
    return f"concat_ws('|', {', '.join(parts)})"


def _object(columns: str) -> str:
    return f"(select o from (select {columns}) as o)"


def _list(rows: str) -> str:
    return f"array_to_json(array(select row_to_json(l) from ({rows}) as l))"


def _quoted(key: str) -> str:
    if len(key) > LONGEST_NAME:
        raise NotPlanned(key)
    return f'"{key}"'
