"""`commonweal simulate`: invented cases go through an ICS, as if it had been at work for five months."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import rich_click as click
from rich.console import Console
from rich.table import Table

from commonweal.runtime.at_hand import ASIDE, at_hand, bar, carry_out, one
from commonweal.runtime.simulate.play import AT_ONCE, Play, Tally, deal, play


@click.command()
@click.option("--tenant", required=True, metavar="ODS", help="The ICS to play them through.")
@click.option("--referrals", required=True, type=click.IntRange(1, 1_000_000), help="How many cases.")
@click.option(
    "--seed", type=click.IntRange(0, 999), default=1, show_default=True, help="The same seed, the same cases."
)
@click.option("--at-once", type=click.IntRange(1, 256), default=AT_ONCE, show_default=True, help="Cases at a time.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def simulate(tenant: str, referrals: int, seed: int, at_once: int, *, as_json: bool) -> None:
    """Play invented cases through an ICS, by the same commands as everyone else.

    The people do not exist; their NHS numbers begin with 9 and are never issued. What is told of the cases
    reaches back over 150 days, and they stop at every stage. But all of it is recorded now: what is shown as at an earlier day is what
    was known then, which is nothing of them. The same seed played again adds nothing.
    """
    found = carry_out(_simulate(tenant, referrals, seed, at_once, as_json=as_json))
    if as_json:
        click.echo(json.dumps(found))
    else:
        _show(found)


async def _simulate(ods: str, referrals: int, seed: int, at_once: int, *, as_json: bool) -> dict[str, Any]:
    async with at_hand() as ground:
        tenant = await one(ground, ods)
        dealt = await deal(tenant, referrals, seed, datetime.now(UTC))
        if dealt.engaging and not as_json:
            ASIDE.print(f"the link workers of {ods} have too little room: engaging {len(dealt.engaging)} invented ones")
        started = time.monotonic()
        with bar(shown=not as_json) as progress:
            task = progress.add_task(f"playing {ods}", total=referrals)
            tally = await play(tenant, dealt, at_once, lambda: progress.advance(task))
        return _answer(ods, seed, dealt, tally, time.monotonic() - started)


def _answer(ods: str, seed: int, dealt: Play, tally: Tally, seconds: float) -> dict[str, Any]:
    return {
        "tenant": ods,
        "seed": seed,
        "referrals": len(dealt.cases),
        "events": tally.events,
        "repeated": tally.repeated,
        "stages": dict(sorted(tally.stages.items())),
        "link_workers_engaged": [step.identity for step in dealt.engaging],
        "refused": [
            {"command": command, "reason": reason, "times": times}
            for (command, reason), times in tally.refused.most_common()
        ],
        "seconds": round(seconds, 2),
        "per_second": round(len(dealt.cases) / seconds, 1),
    }


def _show(found: dict[str, Any]) -> None:
    table = Table("Stage", "Cases")
    for stage, number in found["stages"].items():
        table.add_row(stage, f"{number:,}")
    for each in found["refused"]:
        table.add_row(f"refused {each['command']}: {each['reason']}", f"{each['times']:,}")
    console = Console()
    console.print(table)
    said = f"{found['referrals']:,} cases, {found['events']:,} new events in {found['seconds']} s"
    console.print(f"{said}: {found['per_second']:,.0f} cases a second", highlight=False)
