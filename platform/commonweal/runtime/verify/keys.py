"""The vault has every key that is named anywhere, or the note that it was destroyed; keys given back are free."""

from typing import Any, Final

from psycopg import AsyncConnection

from commonweal.domain.people import person
from commonweal.kernel.decider import identity
from commonweal.runtime.verify.dense import Dense
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import Grounds, reached
from commonweal.runtime.verify.opened import Opened

_BOTH: Final = "select id from data_keys join destroyed_keys using (id) order by id limit 1"
_KEPT: Final = "select (select count(*) from data_keys), (select count(*) from destroyed_keys)"
_UNKNOWN: Final = """
select w.id from unnest(%s::text[]) with ordinality as w (id, n)
where not exists (select from data_keys as k where k.id = w.id)
    and not exists (select from destroyed_keys as d where d.id = w.id)
order by w.n limit 1
"""
_INBOX_KEYS: Final = "select distinct key_name from inbox"
_CLAIMS: Final = "select kind, stream_id from claims order by kind, stream_id"
_FORGOTTEN: Final = "select count(*) from destroyed_keys where id = any(%s)"
_HELD: Final = "select count(*) from claims where stream_id = any(%s)"


async def check(grounds: Grounds, dense: Dense, opened: Opened) -> Finding:
    """Look at the keys and claims beside what was read of the log."""
    finding = Finding("vault")
    async with grounds.database() as database, grounds.vault() as vault:
        await _keys(vault, finding, opened)
        rows = await (await database.execute(_INBOX_KEYS)).fetchall()
        if lost := await _first(vault, _UNKNOWN, [row[0] for row in rows]):
            finding.differs(f"key {lost}, named by the inbox, is neither kept nor destroyed")
        claims = await (await database.execute(_CLAIMS)).fetchall()
        await _claims(grounds, claims, dense, finding)
        await _erased(grounds, database, vault, opened, finding)
    return finding


async def _keys(vault: AsyncConnection[Any], finding: Finding, opened: Opened) -> None:
    if both := await _first(vault, _BOTH):
        finding.differs(f"key {both} is destroyed and kept all the same: was the vault restored to the past?")
    if lost := await _first(vault, _UNKNOWN, list(opened.keys)):
        finding.differs(f"key {lost}, named at position {opened.keys[lost]}, is neither kept nor destroyed")
    row = await (await vault.execute(_KEPT)).fetchone()
    finding.looked_at["keys"], finding.looked_at["destroyed"] = row or (0, 0)


async def _claims(grounds: Grounds, claims: list[tuple[str, str]], dense: Dense, finding: Finding) -> None:
    """Every claim belongs to a stream that was there when the log was read, or has begun since."""
    finding.looked_at["claims"] = len(claims)
    for kind, stream_id in claims:
        if not dense.has(stream_id) and not await grounds.tenant.log.stream(stream_id):
            finding.differs(f"a claim on {kind} is held by {stream_id}, which has no events")
            return


async def _erased(
    grounds: Grounds,
    database: AsyncConnection[Any],
    vault: AsyncConnection[Any],
    opened: Opened,
    finding: Finding,
) -> None:
    """Whoever is erased has no key and holds no claim; the reactor may be about to see to it."""
    streams = [stream for stream in opened.erased if stream.startswith(f"{person.CATEGORY}-")]
    keys = [name for name in map(identity, streams) if name in opened.keys]

    async def forgotten() -> int:
        gone = await (await vault.execute(_FORGOTTEN, (keys,))).fetchone()
        held = await (await database.execute(_HELD, (streams,))).fetchone()
        return int(gone[0] if gone else 0) - int(held[0] if held else 0)

    finding.looked_at["erased"] = len(streams)
    if await reached(forgotten, len(keys), grounds.patience) == len(keys):
        return
    for stream in streams:
        if (name := identity(stream)) in keys and not await _first(vault, _FORGOTTEN, [name]):
            finding.differs(f"{stream} was erased at position {opened.erased[stream]} and its key is not destroyed")
        if await _first(database, _HELD, [stream]):
            finding.differs(f"{stream} was erased at position {opened.erased[stream]} and still holds a claim")


async def _first(connection: AsyncConnection[Any], query: Any, names: list[str] | None = None) -> Any:
    row = await (await connection.execute(query, None if names is None else (names,))).fetchone()
    return row[0] if row else None
