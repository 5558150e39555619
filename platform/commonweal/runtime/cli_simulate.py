"""`commonweal simulate`: invented cases go through an ICS, as if it had been at work for five months."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import rich_click as click
from rich.console import Console
from rich.table import Table

from commonweal.runtime.at_hand import ASIDE, at_hand, bar, carry_out, one
from commonweal.runtime.simulate.play import AT_ONCE, Tally, deal, founded, play, play_chests, tell_funders
from tenants.store import Tenant


@click.command()
@click.option("--tenant", required=True, metavar="ODS", help="The ICS to play them through.")
@click.option("--referrals", type=click.IntRange(1, 1_000_000), help="How many cases.")
@click.option("--chest", is_flag=True, help="A year of community chests, one in each of up to seven places.")
@click.option(
    "--seed", type=click.IntRange(0, 999), default=1, show_default=True, help="The same seed, the same cases."
)
@click.option("--at-once", type=click.IntRange(1, 256), default=AT_ONCE, show_default=True, help="Cases at a time.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def simulate(tenant: str, referrals: int | None, seed: int, at_once: int, *, chest: bool, as_json: bool) -> None:
    """Play invented cases through an ICS, by the same commands as everyone else.

    The people do not exist; their NHS numbers begin with 9 and are never issued. What is told of the cases
    reaches back over 150 days, and they stop at every stage. But all of it is recorded now: what is shown as at an earlier day is what
    was known then, which is nothing of them. The same seed played again adds nothing.
    """
    if not referrals and not chest:
        raise click.UsageError("Say what to play: --referrals N, --chest or both.")
    carry_out(_play(tenant, referrals, seed, at_once, chest=chest, as_json=as_json))


async def _play(ods: str, referrals: int | None, seed: int, at_once: int, *, chest: bool, as_json: bool) -> None:
    async with at_hand() as ground:
        here = await one(ground, ods)
        if referrals:
            _tell(await _simulate(here, ods, referrals, seed, at_once, as_json=as_json), "case", as_json=as_json)
        if chest:
            _tell(await _simulate_chest(here, ods, seed, as_json=as_json), "application", as_json=as_json)


def _tell(found: dict[str, Any], what: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found))
    else:
        _show(found, what)


async def _simulate(
    tenant: Tenant, ods: str, referrals: int, seed: int, at_once: int, *, as_json: bool
) -> dict[str, Any]:
    dealt = await deal(tenant, referrals, seed, datetime.now(UTC))
    if dealt.engaging and not as_json:
        ASIDE.print(f"the link workers of {ods} have too little room: engaging {len(dealt.engaging)} invented ones")
    started = time.monotonic()
    with bar(shown=not as_json) as progress:
        task = progress.add_task(f"playing {ods}", total=referrals)
        tally = await play(tenant, dealt, at_once, lambda: progress.advance(task))
    engaged = [step.identity for step in dealt.engaging]
    return {
        "referrals": len(dealt.cases),
        "link_workers_engaged": engaged,
        **_answer(ods, seed, tally, time.monotonic() - started),
    }


async def _simulate_chest(tenant: Tenant, ods: str, seed: int, *, as_json: bool) -> dict[str, Any]:
    every = await founded(tenant, seed, datetime.now(UTC))
    started = time.monotonic()
    with bar(shown=not as_json) as progress:
        task = progress.add_task(f"playing the chests of {ods}", total=sum(1 for each in every for _ in each.steps()))
        tally = await play_chests(tenant, every, lambda: progress.advance(task))
    await tell_funders(tenant, every, tally, datetime.now(UTC))
    return {"funds": len(every), **_answer(ods, seed, tally, time.monotonic() - started)}


def _answer(ods: str, seed: int, tally: Tally, seconds: float) -> dict[str, Any]:
    played = tally.stages.total()
    return {
        "tenant": ods,
        "seed": seed,
        "played": played,
        "events": tally.events,
        "repeated": tally.repeated,
        "stages": dict(sorted(tally.stages.items())),
        "refused": [
            {"command": command, "reason": reason, "times": times}
            for (command, reason), times in tally.refused.most_common()
        ],
        "seconds": round(seconds, 2),
        "per_second": round(played / seconds, 1),
    }


def _show(found: dict[str, Any], what: str) -> None:
    table = Table("Stage", f"{what.title()}s")
    for stage, number in found["stages"].items():
        table.add_row(stage, f"{number:,}")
    for each in found["refused"]:
        table.add_row(f"refused {each['command']}: {each['reason']}", f"{each['times']:,}")
    console = Console()
    console.print(table)
    said = f"{found['played']:,} {what}s, {found['events']:,} new events in {found['seconds']} s"
    console.print(f"{said}: {found['per_second']:,.0f} {what}s a second", highlight=False)
