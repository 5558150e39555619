"""The command line: `commonweal <noun> <verb>`, each command loaded only when it is asked for."""

import importlib
import sys
from collections.abc import Mapping
from typing import Any, Final

import rich_click as click

from commonweal.domain.message import Refused

_TOP: Final[Mapping[str, tuple[str, str]]] = {
    "up": ("cli_up:up", "Start everything on this machine and keep it running."),
    "tenants": ("cli_tenants:tenants", "The ICSs hosted here."),
    "token": ("cli_token:token", "A bearer token for an invented user, in development."),
    "intake": ("cli_intake:intake", "Take in messages from files."),
    "verify": ("cli_verify:verify", "Check that nothing was lost, changed or let out."),
    "simulate": ("cli_simulate:simulate", "Play invented cases through an ICS."),
    "read-models": ("cli_rooms:read_models", "The rooms that answer what people ask."),
    "streams": ("cli_streams:streams", "The history of one record."),
    "people": ("cli_people:people", "A person's rights over their record."),
    "bench": ("bench:bench", "Measure how fast it is, beside something else."),
}


class _Late(click.RichGroup):
    """A group whose commands are imported when they are used."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_TOP)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _TOP:
            return None
        module, _, attribute = _TOP[name][0].partition(":")
        found: Any = getattr(importlib.import_module(f"commonweal.runtime.{module}"), attribute)
        assert isinstance(found, click.Command)  # noqa: S101 – what the table names
        return found

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _TOP.items()])


@click.group(cls=_Late)
@click.version_option(package_name="commonweal")
def commonweal() -> None:
    """Commonweal: social prescribing for whole integrated care systems."""


def main() -> None:
    """The program `commonweal`. A refusal is a sentence on standard error and exit code 1."""
    try:
        commonweal(standalone_mode=True)
    except Refused as refusal:
        click.echo(f"commonweal: {refusal}", err=True)
        sys.exit(1)
