"""What stands in a view's SQL besides SQL: parameters by their names, tables in braces, the moment somebody asks about."""

import re
from typing import Final

from commonweal.kernel.read_model import ReadModel


class Parameters:
    """Gives each parameter its number."""

    def __init__(self) -> None:
        self.order: dict[tuple[int, str], int] = {}

    def numbered(self, sql: str, question: int) -> str:
        def number(found: re.Match[str]) -> str:
            return f"${self.order.setdefault((question, found[1]), len(self.order) + 1)}"

        return re.sub(r"%\((\w+)\)s", number, sql)


class Names(dict[str, str]):
    """What stands in braces: the rows as given, else a table of the room, as it was where a moment is asked for."""

    def __init__(self, model: ReadModel, then: str | None, **rows: str) -> None:
        super().__init__(rows)
        self._model, self._then = model, then

    def __missing__(self, short: str) -> str:
        table = self._model.table(short)
        if self._then is not None and short in self._model.ledgers:
            return f"(select t.* from {table} as t where t.position <= {self._then})"  # noqa: S608 – a table of the room
        if self._then is None or short not in self._model.past:
            return table
        known = f"from_position <= {self._then}"
        return (
            f"(select t.*, null::bigint as to_position from {table} as t where t.{known} "  # noqa: S608 – a table of the room
            f"union all select p.* from {table}_past as p where p.{known} and p.to_position > {self._then})"
        )


THEN: Final = "(select position from then_{number})"
AT_POSITION: Final = "then_{number} as materialized (select %(as_of)s::bigint as position)"
AT_INSTANT: Final = """bisect_{number} (low, high) as (
    select 0::bigint, (select position from head)
    union all
    select case when e.recorded_at <= %(as_of)s then e.position else b.low end, case when e.recorded_at <= %(as_of)s then b.high else e.position - 1 end
    from bisect_{number} as b join events as e on e.position = (b.low + b.high + 1) / 2
    where b.low < b.high
), then_{number} as materialized (select max(low) as position from bisect_{number})"""
"""Positions grow with time: the last event recorded by that instant is found by halving."""
NOW: Final = """(select case when r.position >= h.position or r.recorded_at is null then now() else r.recorded_at end
    from rooms as r, head as h where r.name = '{name}' and r.version = {version})"""
POSITION: Final = "(select r.position from rooms as r where r.name = '{name}' and r.version = {version})"
