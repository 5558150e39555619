"""Every room holds what its replay from the first event would hold, row for row."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

from psycopg import AsyncConnection, IsolationLevel, Rollback, sql

from commonweal.kernel import read_model, rows
from commonweal.kernel.read_model import ReadModel, Types
from commonweal.kernel.streams import Fact
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import BATCH, Grounds, reached
from commonweal.runtime.verify.opened import understood

_POSITION: Final = "select position from rooms where name = %s and version = %s"


async def check(grounds: Grounds, head: int) -> Finding:
    """Replay all rooms at once beside a snapshot of what they hold. Looked at once more where they differ.

    The second look is for a person erased in between: the replay no longer knows what the room at its position still did.
    """
    finding = await _once(grounds, head)
    return finding if finding.ok else await _once(grounds, head)


async def _once(grounds: Grounds, head: int) -> Finding:
    finding = Finding("rooms")
    built = [model for model in grounds.models if await _caught_up(grounds, model, head, finding)]
    async with grounds.database() as connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        async with connection.transaction():
            positions = {model.name: await _position(connection, model) for model in built}
            replay = await _replay(connection, grounds, built, positions)
            await _see(connection, grounds.tenant.placement.schema, "pg_temp")
            for model in built:
                for table, columns in replay[model.name].items():
                    finding.looked_at["rows"] += await _rows(connection, table)
                    if wrong := await _compare(connection, table, columns, model.keys(table)):
                        finding.differs(f"room {model.name} v{model.version}: {wrong}")
            raise Rollback
    finding.looked_at["rooms"] = len(built)
    return finding


async def _caught_up(grounds: Grounds, model: ReadModel, head: int, finding: Finding) -> bool:
    """Wait until a room has come to the head. Is it built?"""
    async with grounds.database() as connection:

        async def position() -> int:
            return await _position(connection, model)

        place = await reached(position, head, grounds.patience)
    if place < 0:
        finding.differs(f"room {model.name} v{model.version} is not built")
        return False
    if place < head:
        finding.differs(
            f"room {model.name} v{model.version} stands at {place}, the log at {head}: {grounds.behind('the follower')}"
        )
    elif place > head and place > (now := await grounds.tenant.log.head()):
        finding.differs(f"room {model.name} v{model.version} stands at {place}, ahead of the log at {now}")
    return True


async def _position(connection: AsyncConnection[Any], model: ReadModel) -> int:
    row = await (await connection.execute(_POSITION, (model.name, model.version))).fetchone()
    return int(row[0]) if row else -1


async def _replay(
    connection: AsyncConnection[Any], grounds: Grounds, models: Iterable[ReadModel], positions: dict[str, int]
) -> dict[str, Types]:
    """Fill temporary tables with what each room should hold at its position; the columns of each."""
    await _see(connection, "pg_temp", grounds.tenant.placement.schema)
    kinds: dict[str, Types] = {}
    for model in models:
        await connection.execute(model.ddl.encode())
        kinds[model.name] = await read_model.types(connection, model)
    to = max(positions.values(), default=0)
    async for facts in _facts(grounds, to):
        for model in models:
            known = [fact for fact in facts if fact.position <= positions[model.name]]
            await rows.write(connection, model, kinds[model.name], known)
        if facts:
            grounds.seen("rooms", facts[-1].position, to)
    return kinds


async def _facts(grounds: Grounds, to: int) -> AsyncIterator[list[Fact]]:
    """The log up to a position; what cannot be read is left out here and named by another check."""
    position = 0
    while position < to and (batch := await grounds.tenant.log.after(position, min(BATCH, to - position))):
        yield [fact for fact in await understood(grounds.tenant.streams, batch) if isinstance(fact, Fact)]
        position = batch[-1].position


async def _see(connection: AsyncConnection[Any], *schemas: str) -> None:
    path = sql.SQL(", ").join(map(sql.Identifier, schemas))
    await connection.execute(sql.SQL("set local search_path = {}").format(path))


async def _rows(connection: AsyncConnection[Any], table: str) -> int:
    counted = await connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table)))
    row = await counted.fetchone()
    return int(row[0]) if row else 0


async def _compare(
    connection: AsyncConnection[Any], table: str, columns: Mapping[str, str], more: tuple[str, ...]
) -> str | None:
    """The first row, by its key, that is not as its replay; named by its key and columns, never by what it says."""
    row = await (await connection.execute(_first_difference(table, columns, more))).fetchone()
    if row is None:
        return None
    key, missing, surplus, changed = row
    if missing:
        return f"{table} has no row {key}"
    if surplus:
        return f"{table} has a row {key} that no event made"
    return f"{table}, row {key}: {', '.join(changed)} not as replayed"


def _first_difference(table: str, columns: Mapping[str, str], more: tuple[str, ...]) -> sql.Composed:
    """`more`: the columns that are part of the key beside the first."""
    keys = [sql.Identifier(name) for name in (next(iter(columns)), *more)]
    unlike = [_unlike(kind).format(sql.Identifier(name)) for name, kind in columns.items()]
    cases = [
        sql.SQL("case when {} then {} end").format(differs, sql.Literal(name))
        for differs, name in zip(unlike, columns, strict=True)
    ]
    either = [sql.SQL("coalesce(l.{0}, s.{0})").format(key) for key in keys]
    return sql.SQL(
        "select concat_ws(' from ', {either}), l.{key} is null, s.{key} is null, array_remove(array[{cases}], null) "
        "from {table} as l full join {shadow} as s on {same} "
        "where {unlike} order by {either} limit 1"
    ).format(
        key=keys[0],
        either=sql.SQL(", ").join(either),
        same=sql.SQL(" and ").join(sql.SQL("l.{0} = s.{0}").format(key) for key in keys),
        cases=sql.SQL(", ").join(cases),
        table=sql.Identifier(table),
        shadow=sql.Identifier("pg_temp", table),
        unlike=sql.SQL(" or ").join(unlike),
    )


def _unlike(kind: str) -> sql.SQL:
    """JSON that is kept as it was written is compared as it was written."""
    text = "::text" if kind == "json" else ""
    return sql.SQL("l.{0}" + text + " is distinct from s.{0}" + text)
