"""The export of awards: read a page at a time and written as it is read, however many there are."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from commonweal.console.wording import plural
from commonweal.domain import tenant
from commonweal.domain.message import Refused
from commonweal.runtime import giving
from commonweal.runtime.organisations import named_places, names
from commonweal.runtime.schema import Asker
from projections.community_chest import READ_MODEL
from tenants.store import Tenant

DOCUMENT: Final = (READ_MODEL.folder / "awards.graphql").read_text(encoding="utf-8")

_NONE_YET: Final = "no award has been accepted in {} yet"
Ask = Callable[[Asker, str, str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""An operation of a document, answered: see `Asking.answer`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the file, after which `done` awards of `total` are in it. Each award is a line of its own."""

    text: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class InFile:
    """How many awards are in a file, and how many are in none, for it is not told who has them."""

    named: int
    unnamed: int

    @property
    def left_out(self) -> str:
        """What is said beside the file; empty where all are in it."""
        if not self.unnamed:
            return ""
        them = "it is not told who has it" if self.unnamed == 1 else "it is not told who has them"
        every = plural(self.named + self.unnamed, "award", "awards")
        return f"{self.named:,} of {every} in the file: {self.unnamed:,} left out, as {them}"


async def in_file(ask: Ask, asker: Asker, wanted: Mapping[str, Any]) -> InFile:
    """Of the awards that `wanted` names: see `ChestAwardFilter`."""
    which = {name: {**wanted, "named": name == "named"} for name in ("named", "unnamed")}
    found = await ask(asker, DOCUMENT, "InFile", which)
    return InFile(found["named"]["totalCount"], found["unnamed"]["totalCount"])


async def gives(of: Tenant) -> bool:
    """Does an ICS publish its awards with 360Giving?"""
    configured = await _configured(of)
    return configured is not None and configured.giving_prefix is not None


async def _configured(of: Tenant) -> tenant.TenantConfigured | None:
    state: tenant.State = (await of.streams.get(tenant.CATEGORY, of.ods)).state
    return state.configured


async def publisher(of: Tenant, address: str) -> giving.Publisher:
    """Who an ICS is to 360Giving. Raises `Refused` where it has no prefix."""
    configured = await _configured(of)
    if configured is None or configured.giving_prefix is None:
        raise Refused(
            f'{of.ods} has no prefix of 360Giving: register one there, put giving_prefix = "360G-…" into the file of the ICS, and onboard it again'
        )
    return giving.Publisher(of.ods, configured.name, configured.giving_prefix, f"{address}/awards/{of.ods}")


async def pieces(ask: Ask, asker: Asker, of: giving.Publisher, wanted: Mapping[str, Any]) -> AsyncIterator[Piece]:
    """A 360Giving package of the awards that `wanted` names: see `ChestAwardFilter`. Raises `Refused` where there are none, for a
    package has one grant at least. One whose organisation is not named is in none; one that is accepted meanwhile is in the next."""
    places, after, done = await named_places(asker.tenant), None, 0
    while True:
        found = (await ask(asker, DOCUMENT, "Export", {"filter": {**wanted, "named": True}, "after": after}))["awards"]
        nodes = [edge["node"] for edge in found["edges"]]
        if not nodes and not done:
            none = (
                "of no award in {} is it told who has it" if (await in_file(ask, asker, wanted)).unnamed else _NONE_YET
            )
            raise Refused(f"{none.format(of.name)}, and a file of 360Giving has one at least")
        called = await names(asker.tenant, {node["organisation"] for node in nodes})
        lines = ",\n".join(giving.written(giving.grant(node, of, called, places)) for node in nodes)
        begin = "," if done else f'{giving.written(giving.head(of, asker.reader.today))[:-1]},"grants":['
        done, more = done + len(nodes), found["pageInfo"]["hasNextPage"]
        end = "" if more else "\n]}\n"
        yield Piece(f"{begin}\n{lines}{end}", done, found["totalCount"])
        if not more:
            return
        after = found["pageInfo"]["endCursor"]
