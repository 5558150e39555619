"""What others told us is answered, still opens, and belongs to something that happened."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from commonweal.intake import fhir, hl7v2
from commonweal.intake.accept import bound_to
from commonweal.kernel.trace import where
from commonweal.kernel.vault import Lost, Tampered, Vault
from commonweal.runtime.verify.dense import Dense
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import Grounds

_LEFT: Final = """
select id from inbox where state = 'received' and received_at < now() - interval '1 minute' order by received_at limit 1
"""
_AHEAD: Final = "select id from inbox where position > (select position from head) limit 1"
_MESSAGES: Final = "select id, source, sealed, key_name, stream_id from inbox order by received_at, id"
_OTHERS_AHEAD: Final = """
select 'reactor' from reactor where position > (select position from head)
union all
select 'deadline ' || kind from deadlines where position > (select position from head)
union all
select 'integration ' || integration from consumed where position > (select position from head)
union all
select 'delivery of ' || integration from deliveries where position > (select position from head)
limit 1
"""
_BATCH: Final = 500

Said = Callable[[str, object, str], None]
"""Told of something personal in a message: (field, value, where it was said)."""


async def check(grounds: Grounds, dense: Dense, said: Said) -> Finding:
    """Look at every message put away, and at how far those who follow the log say they are."""
    finding = Finding("inbox")
    async with grounds.database() as connection:
        for query, sentence in (
            (_LEFT, "message {} was put away more than a minute ago and nothing has followed from it"),
            (_AHEAD, "message {} led to a position the log does not have"),
            (_OTHERS_AHEAD, "{} is ahead of the log: was it restored to the past?"),
        ):
            if (row := await (await connection.execute(query)).fetchone()) is not None:
                finding.differs(sentence.format(row[0]))
        async with connection.transaction(), connection.cursor("verify_inbox", binary=True) as cursor:
            await cursor.execute(_MESSAGES)
            while rows := await cursor.fetchmany(_BATCH):
                await _messages(grounds, rows, dense, finding, said)
    return finding


async def _messages(grounds: Grounds, rows: list[Any], dense: Dense, finding: Finding, said: Said) -> None:
    vault = grounds.tenant.streams.vault
    for identity, source, sealed, key_name, stream_id in rows:
        finding.looked_at["messages"] += 1
        if stream_id is not None and not dense.has(stream_id) and not await grounds.tenant.log.stream(stream_id):
            finding.differs(f"message {identity} led to {stream_id}, which has no events")
        try:
            raw = await _open(vault, grounds.tenant.ods, identity, sealed, key_name)
        except (Lost, Tampered) as why:
            finding.differs(f"message {identity} does not open ({where(why)})")
            continue
        if raw is not None:
            for field, value in _fhir(raw) if source.startswith(f"{fhir.FEED}/") else _hl7v2(raw):
                said(field, value, f"message {identity} of the inbox")


async def _open(vault: Vault, ods: str, identity: UUID, sealed: bytes, key_name: str) -> bytes | None:
    """The message; None where its key is destroyed."""
    await vault.fetch([key_name])
    key = vault.get(key_name)
    return None if key is None else key.open(sealed, bound_to(ods, identity))


def _fhir(raw: bytes) -> Iterable[tuple[str, object]]:
    """Whose message it is, where that can be read."""
    patient = fhir.about_whom(raw)
    return (("name", fhir.name(patient)), ("nhs_number", fhir.number(patient)))


def _hl7v2(raw: bytes) -> Iterable[tuple[str, object]]:
    """The same of a hospital's message."""
    try:
        read = hl7v2.read(raw)
    except hl7v2.Unreadable:
        return ()
    name = " ".join(part for part in (read.given_name, read.family_name) if part)
    return (("name", name), ("nhs_number", read.nhs_number), ("mrn", read.mrn))
