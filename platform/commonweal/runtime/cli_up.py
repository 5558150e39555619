"""`commonweal up`: everything on this machine, with the example ICSs, and links to sign in with."""

import asyncio
import os
import sys
from itertools import groupby
from pathlib import Path
from shlex import quote
from typing import Final

import rich_click as click

from commonweal.domain.message import Refused
from commonweal.runtime import supervisor
from commonweal.runtime.at_hand import carry_out, counted
from commonweal.runtime.example_people import example_people
from commonweal.runtime.ground import EXAMPLES, ground
from commonweal.runtime.installation import Installation, nothing_runs, running
from commonweal.runtime.recovering import refuse_ahead
from commonweal.runtime.settings import Settings, default_data, load
from commonweal.runtime.sign_in import SignInLinks
from tenants import ics_file
from tenants.onboard import bring_up_to_date, onboard, prepare_control

_SHOWN: Final = ("triager", "team lead", "link worker", "administrator")
"""Roles whose links are worth printing."""


_CHEST: Final = (
    "  Whoever looks after a community chest – a chest officer, two assessors, a steering member, finance, a funder – is on the page\n"
    "  “Who would you like to be?”, to which signing in leads.\n"
)
_NO_SERVERS: Final = (
    "  The example trusts have no server here: what they are to be told is tried again and again, then parked.\n"
)


def say(text: str) -> None:
    """A line for whoever started us."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="The folder that holds everything. [default: .data]")
@click.option("--port", type=click.IntRange(1, 65535), help="Where the console and GraphQL are. [default: 8000]")
@click.option("--mllp-port", type=click.IntRange(1, 65535), help="Where HL7 v2 is heard. [default: 2575]")
def up(data: Path | None, port: int | None, mllp_port: int | None) -> None:
    """Start PostgreSQL, NATS and every process; Ctrl-C stops them all. In development the example ICSs are onboarded."""
    given = {"COMMONWEAL_DATA": data, "COMMONWEAL_PORT": port, "COMMONWEAL_MLLP_PORT": mllp_port}
    chosen = {name: str(value) for name, value in given.items() if value is not None}
    settings = load({**os.environ, **chosen})
    sys.exit(supervisor.run(settings, prepare=prepare, serving=greet))


async def prepare(installation: Installation) -> None:
    """The control log, every ICS on the roster as this version wants it, the examples where none is."""
    async with ground(installation) as found:
        await prepare_control(found)
        roster = await found.store.roster()
        for placement in roster.values():
            for made in await bring_up_to_date(found, placement):
                say(f"{placement.ods}: {made}")
            here = await found.store.tenant(placement.ods)
            await refuse_ahead(installation, here)
            for made in await found.post_office.open(here):
                say(f"{placement.ods}: stream {made}")
            back = await here.streams.vault.apply_ledger()
            if back:  # the vault was restored to a time before these were destroyed
                say(
                    f"{placement.ods}: destroyed again what had come back of the destroyed keys: {counted(back, 'key')}"
                )
        if roster or installation.settings.environment == "production":
            return
        for path in sorted(EXAMPLES.glob("*.toml")):
            ics = ics_file.read(path)
            say(f"onboarding {ics.name} ({ics.ods})")
            await onboard(found, ics, lambda _: asyncio.sleep(0))


async def greet(installation: Installation) -> None:
    """Where to go, and links that sign in."""
    settings = installation.settings
    say(f"\n  Commonweal is at http://{settings.host}:{settings.port}\n")
    if settings.oidc_issuer is None:
        for line in sign_in_links(settings, installation.platform_key):
            say(line)
        say(_CHEST)
        say(_NO_SERVERS)
        say("\n".join(next_commands(settings)))


def next_commands(settings: Settings) -> list[str]:
    """What one does next, as it is typed where this installation has a folder and a port of its own."""
    who = next(each for each in example_people() if each.role == "triager")
    here = settings.data == default_data()
    commonweal = f"{'' if here else f'COMMONWEAL_DATA={quote(str(settings.data))} '}./go commonweal"
    return [
        "  In a second terminal, an ICS is filled with people who do not exist, and asked by GraphQL:\n",
        f"    {commonweal} simulate --tenant {who.ods} --referrals 200 --chest",
        f"    token=$({commonweal} token --tenant {who.ods} --role triager --subject {quote(who.subject)})",
        f"    curl -s {settings.address}/graphql -H \"Authorization: Bearer $token\" -H 'Content-Type: application/json' \\",
        """      -d '{"query":"{ caseload(first: 5) { totalCount } }"}'\n""",
    ]


@click.command()
def links() -> None:
    """Print the links that sign in to the development installation that runs, as `up` did when it started."""
    settings = load(os.environ)
    found = carry_out(running(settings))
    if found is None:
        raise nothing_runs(settings)
    if found.settings.oidc_issuer is not None:
        raise Refused(f"one signs in here through {found.settings.oidc_issuer}: there are no links")
    for line in sign_in_links(found.settings, found.platform_key):
        say(line)


def sign_in_links(settings: Settings, platform_key: bytes) -> list[str]:
    """A line for each example user worth being first; the console's own page offers them all."""
    links = SignInLinks(settings, platform_key)
    lines: list[str] = []
    for ics, people in groupby(example_people(), key=lambda each: (each.ics, each.ods)):
        lines.append("  {} ({})".format(*ics))
        first = {each.role: each for each in reversed(tuple(people))}
        shown = [(role, first[role]) for role in _SHOWN if role in first]
        lines += [f"    {role:<13} {links.link(who.subject, who.ods, who.name)}" for role, who in shown]
        lines.append("")
    return lines
