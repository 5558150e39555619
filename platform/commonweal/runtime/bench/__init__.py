"""Benches: what our work costs, measured beside something else that does it too."""

import asyncio
import importlib
import inspect
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

import rich_click as click

from commonweal.domain.message import Refused
from commonweal.runtime.installation import installation
from commonweal.runtime.settings import Settings, load

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

NAMES: Final[Mapping[str, str]] = {
    "append": "what many writers append to one ICS's log",
    "command": "commands: a record read, weighed, and what follows from it appended",
    "project": "a view made from nothing out of a long log",
    "fanout": "the log on its way to JetStream, and an event on its way to whoever must hear of it",
    "views": "the caseload board over GraphQL, asked for by many at once",
    "live": "a change on its way to hundreds who look on, and what each of them costs",
    "telemetry": "what it costs a command to be counted and traced",
}
"""A bench is a module here with `async def measure(installation, plan) -> list[Row]`, and with `async def
durability(installation) -> dict[str, str]` where it writes elsewhere than to PostgreSQL too."""


@click.command()
@click.argument("name", type=click.Choice(list(NAMES)))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option(
    "--seconds", type=click.IntRange(1, 60), default=2, show_default=True, help="How long a side runs in a round."
)
@click.option("--rounds", type=click.IntRange(1, 50), default=5, show_default=True, help="How often each side runs.")
@click.option(
    "--events", type=click.IntRange(1_000, 10_000_000), help="How many events there are before; not for every bench."
)
def bench(name: str, as_json: bool, seconds: int, rounds: int, events: int | None) -> None:
    """Measure NAME beside its peers, in turn, on servers with their durable settings. Throw-away ICSs only."""
    from commonweal.runtime.bench import measure  # noqa: PLC0415 – only when it is asked for

    plan = measure.Plan(seconds=seconds, rounds=rounds, tell=lambda line: click.echo(line, err=True))
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            header, rows = runner.run(_run(load(os.environ), name, plan, events))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(measure.as_json(name, rows) if as_json else measure.as_table(name, header, rows))


async def _run(settings: Settings, name: str, plan: Any, events: int | None) -> tuple[dict[str, str], list[Any]]:
    from commonweal.runtime.bench.measure import durability  # noqa: PLC0415

    module = importlib.import_module(f"commonweal.runtime.bench.{name}")
    given = {} if events is None else {"events": events}
    if given and "events" not in inspect.signature(module.measure).parameters:
        raise Refused(f"bench {name} has no --events: what it works on is always the same")
    async with installation(settings) as servers:
        header = await durability(servers.database_url)
        if (others := getattr(module, "durability", None)) is not None:
            header |= await others(servers)
        return header, await module.measure(servers, plan, **given)
