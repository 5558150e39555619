"""`commonweal streams`: the history of one record, with what is personal left sealed unless it is asked for."""

import json
from dataclasses import fields
from typing import Any, Final

import rich_click as click
from msgspec.json import decode

from commonweal.domain.deciders import EVENTS
from commonweal.domain.message import ERASED, Refused, field_types, is_personal
from commonweal.kernel import codec
from commonweal.kernel.decider import DECIDERS
from commonweal.kernel.log import Recorded
from commonweal.kernel.streams import Fact
from commonweal.runtime.at_hand import at_hand, carry_out, holding
from tenants.store import Tenant

_BOX: Final = "personal"


@click.group()
def streams() -> None:
    """The history of one record."""


@streams.command()
@click.argument("category")
@click.argument("id_", metavar="ID")
@click.option("--tenant", metavar="ODS", help="The ICS it is in; without it, the one it is found in.")
@click.option("--reveal", is_flag=True, help="Open what is personal. Only where it is your work to read it.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each event.")
def show(category: str, id_: str, tenant: str | None, *, reveal: bool, as_json: bool) -> None:
    """Show everything that happened to one record: its events in order.

    CATEGORY is what it is, such as referral or link_worker; ID is its id, alone or with the category before it.
    """
    known = category.replace("-", "_")
    if known not in DECIDERS:
        raise Refused(f"there are no records called {category}; there are {', '.join(sorted(DECIDERS))}")
    stream_id = DECIDERS[known].stream_id(id_.removeprefix(f"{known}-"))
    lines = carry_out(_show(tenant, stream_id, reveal=reveal))
    if as_json:
        for line in lines:
            click.echo(json.dumps(line, ensure_ascii=False))
    else:
        click.echo("\n".join([stream_id, *map(_told, lines)]))
    if reveal:
        note = "personal details are shown above: keep them nowhere, show them to nobody who need not know"
        click.echo(f"commonweal: {note}", err=True)


async def _show(ods: str | None, stream_id: str, *, reveal: bool) -> list[dict[str, Any]]:
    async with at_hand() as ground:
        tenant = await holding(ground, ods, stream_id)
        if not (recorded := await tenant.log.stream(stream_id)):
            raise Refused(f"there is no record {stream_id} in {tenant.ods}")
        facts: list[Fact | None] = [*await tenant.streams.understand(recorded)] if reveal else [None] * len(recorded)
        gone = await _destroyed(tenant, recorded)
        return [_line(each, gone, fact) for each, fact in zip(recorded, facts, strict=True)]


async def _destroyed(tenant: Tenant, recorded: list[Recorded]) -> set[str]:
    """The names of keys these events were sealed with and that are no more."""
    names = {name for each in recorded if (name := codec.key_name(each.data)) is not None}
    await tenant.streams.vault.fetch(names)
    return {name for name in names if tenant.streams.vault.get(name) is None}


def _line(recorded: Recorded, gone: set[str], fact: Fact | None) -> dict[str, Any]:
    return {
        "position": recorded.position,
        "version": recorded.version,
        "type": recorded.type,
        "recorded_at": recorded.recorded_at.isoformat(timespec="milliseconds"),
        "occurred_at": recorded.occurred_at.isoformat(timespec="milliseconds") if recorded.occurred_at else None,
        "actor": recorded.actor,
        "channel": recorded.channel,
        "fields": _opened(fact.event) if fact is not None else _stored(recorded, gone),
    }


def _stored(recorded: Recorded, gone: set[str]) -> dict[str, Any]:
    """The clear fields as they are stored; in place of each personal one that it is sealed, or erased."""
    stored: dict[str, Any] = decode(recorded.data)
    if (box := stored.pop(_BOX, None)) is None:
        return stored
    event = EVENTS.get(recorded.type)
    personal = [name for name, hint in field_types(event).items() if is_personal(hint)] if event else [_BOX]
    return stored | dict.fromkeys(personal, "erased" if box["key"] in gone else "sealed")


def _opened(event: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def _plain(value: Any) -> Any:
    if value is ERASED:
        return "erased"
    if value is None or isinstance(value, str | int | bool):
        return value
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value.isoformat()


def _told(line: dict[str, Any]) -> str:
    """One event for people: a line about it, then one for each field that says something."""
    when = line["recorded_at"][:19].replace("T", " ")
    who = f"{line['actor'] or 'nobody named'} through {line['channel'] or 'a channel not named'}"
    fields_ = "".join(f"\n    {name}: {value}" for name, value in line["fields"].items() if value is not None)
    return f"{line['position']:>9,}  v{line['version']} {line['type']}  {when}  {who}{fields_}"
