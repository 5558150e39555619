"""`commonweal chest`: what leaves a community chest as a file."""

import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO

import rich_click as click

from commonweal.domain.message import Refused
from commonweal.runtime.answering import Answering
from commonweal.runtime.asking import Unanswered, answered
from commonweal.runtime.at_hand import ASIDE, bar, carry_out, counted, one
from commonweal.runtime.export_awards import InFile, in_file, pieces, publisher
from commonweal.runtime.filling import fill
from commonweal.runtime.ground import ground
from commonweal.runtime.installation import installation
from commonweal.runtime.public import anybody
from commonweal.runtime.schema import schema
from commonweal.runtime.settings import load
from projections.community_chest import READ_MODEL

_FORMATS: Final = ("360giving",)


@click.group()
def chest() -> None:
    """What leaves a community chest."""


@chest.command()
@click.option("--tenant", required=True, metavar="ODS", help="The ICS whose awards they are.")
@click.option(
    "--as",
    "format_",
    expose_value=False,
    type=click.Choice(_FORMATS),
    required=True,
    help="360giving: the 360Giving Data Standard, JSON.",
)
@click.option("--fund", metavar="ID", help="The awards of one fund alone.")
@click.option(
    "--to",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; without it, standard output.",
)
def export(tenant: str, fund: str | None, path: Path | None) -> None:
    """Write the awards that were accepted, as everybody may read them.

    They are read and written a few at a time, however many there are. A file is there as a whole or not at all.
    """
    wanted = {} if fund is None else {"fund": fund}
    if path is None:
        _tell(carry_out(_export(tenant, wanted, sys.stdout)))
        return
    beside = path.with_name(f"{path.name}.part")
    try:
        with beside.open("w", encoding="utf-8") as file:
            written = carry_out(_export(tenant, wanted, file))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    ASIDE.print(f"{counted(written.named, 'award')} written to {path}")
    _tell(written)


def _tell(written: InFile) -> None:
    if written.left_out:
        ASIDE.print(written.left_out)


async def _export(ods: str, wanted: dict[str, Any], to: TextIO) -> InFile:
    """How many were written, and how many could not be."""
    async with installation(load(os.environ)) as found, ground(found) as opened:
        tenant = await one(opened, ods)
        of = await publisher(tenant, found.settings.address)
        await fill(tenant, READ_MODEL)
        ask, done = partial(answered, Answering(schema(introspection=False))), 0
        with bar(shown=True) as progress:
            task = progress.add_task(f"exporting the awards of {tenant.ods}", total=None)
            try:
                async for piece in pieces(ask, anybody(tenant), of, wanted):
                    to.write(piece.text)
                    done = piece.done
                    progress.update(task, completed=done, total=piece.total)
                return replace(await in_file(ask, anybody(tenant), wanted), named=done)
            except Unanswered as unanswered:
                raise Refused(str(unanswered)) from None
