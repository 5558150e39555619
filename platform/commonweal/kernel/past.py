"""What was true of a row from one event up to another, so that a view can be seen as it was."""

from collections.abc import Iterable, MutableMapping
from typing import Any, Final, TypeAlias

from commonweal.kernel.read_model import Change, Put, Remove, Row, Statement

FROM: Final = "from_position"
"""Of a row: the position of the event that made it what it is."""
TO: Final = "to_position"
"""Of a past row: the position of the event that ended it. It was true in `[from_position, to_position)`."""

Now: TypeAlias = MutableMapping[Any, Row | None]
"""key → the row as it stands, None where it is known not to be there."""
Told: TypeAlias = Iterable[tuple[int, Statement]]
"""What one table is told, each with the position of its event, in order."""


def fold(now: Now, told: Told) -> list[Row]:
    """Carry out statements on the rows of a table that keeps its past; the rows that are past from now on.

    `now` must know every key that is told about, or be all there is. An event that changes nothing of a row makes no version.
    """
    past: list[Row] = []
    for position, statement in told:
        was = now.get(statement.key)
        if not _differs(was, statement):
            continue
        if was is not None and was[FROM] < position:
            past.append({**was, TO: position})
        becomes = after(was, statement)
        now[statement.key] = None if becomes is None else {**becomes, FROM: position}
    return past


def fold_without_past(now: Now, told: Told) -> list[Row]:
    """The same on the rows of a table that forgets what it was."""
    for _, statement in told:
        now[statement.key] = after(now.get(statement.key), statement)
    return []


def after(row: Row | None, statement: Statement) -> Row | None:
    """The row once a statement is carried out; None where it is not there then."""
    match statement:
        case Put(row=given):
            return given
        case Change(columns=columns):
            return None if row is None else {**row, **columns}
        case Remove():
            return None


def _differs(row: Row | None, statement: Statement) -> bool:
    match statement:
        case Put(row=given):
            return row is None or _any_other(row, given)
        case Change(columns=columns):
            return row is not None and _any_other(row, columns)
        case Remove():
            return row is not None


def _any_other(row: Row, given: Row) -> bool:
    for column, value in given.items():  # noqa: SIM110 – a generator costs twice as much, once for each event of a log
        if row[column] != value:
            return True
    return False
