"""The command line: `commonweal <noun> <verb>`, each command loaded only when it is asked for."""

import importlib
import sys
from collections.abc import Mapping
from typing import Any, Final

import rich_click as click

from commonweal.domain.message import Refused

_TOP: Final[Mapping[str, str]] = {
    "up": "cli_up:up",
    "links": "cli_up:links",
    "tenants": "cli_tenants:tenants",
    "token": "cli_token:token",
    "intake": "cli_intake:intake",
    "verify": "cli_verify:verify",
    "simulate": "cli_simulate:simulate",
    "read-models": "cli_rooms:read_models",
    "streams": "cli_streams:streams",
    "trusts": "cli_trusts:trusts",
    "dlq": "cli_dlq:dlq",
    "people": "cli_people:people",
    "chest": "cli_chest:chest",
    "bench": "bench:bench",
}


class _Late(click.RichGroup):
    """A group whose commands are imported when they are used."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_TOP)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _TOP:
            return None
        module, _, attribute = _TOP[name].partition(":")
        found: Any = getattr(importlib.import_module(f"commonweal.runtime.{module}"), attribute)
        assert isinstance(found, click.Command)  # noqa: S101 – what the table names
        return found


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
