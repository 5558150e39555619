"""What may be killed of an installation at work: its processes, its servers, one of PostgreSQL's own; by pid, as chance has it."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import psutil  # type: ignore[import-untyped]

PROCESSES: Final = ("relay", "follower", "web")
LIVED: Final = 6.0
"""Seconds something has been at work before it is killed: the supervisor gives up what ends sooner again and again."""


@dataclass
class Killer:
    """Kills what descends from `supervisor`, each kind as often as is due, in an order that `chance` gives.

    Kinds: the processes, `nats`, `postgres` (the server itself), `backend` (one of its processes: it ends all others and recovers).
    """

    supervisor: int
    chance: random.Random
    due: Mapping[str, int]
    done: Counter[str] = field(default_factory=Counter)

    async def work(self, pause: float) -> None:
        """Until each kind has had its due; `pause`: seconds between two kills, about."""
        while due := self.still_due():
            await asyncio.sleep(self.chance.uniform(0.5, 1.5) * pause)
            there = {kind: pid for kind, pid in self._there().items() if kind in due}
            if there:
                kind = self.chance.choice(sorted(there))
                with suppress(psutil.NoSuchProcess):
                    psutil.Process(there[kind]).kill()
                    self.done[kind] += 1

    def still_due(self) -> list[str]:
        """The kinds that have not had their due."""
        return [kind for kind, number in self.due.items() if self.done[kind] < number]

    def _there(self) -> dict[str, int]:
        """What has been at work for a while now, and its pid."""
        found: dict[str, int] = {}
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.supervisor).children():
                with suppress(psutil.NoSuchProcess):
                    if time.time() - child.create_time() > LIVED and (kind := _kind(child.cmdline())):
                        found[kind] = child.pid
        if "postgres" in found and (backends := _backends(found["postgres"])):
            found["backend"] = self.chance.choice(backends)
        return found


def _kind(words: list[str]) -> str | None:
    if not words:
        return None
    if words[0].endswith("nats-server"):
        return "nats"
    if words[0].endswith("bin/postgres"):
        return "postgres"
    return next((name for name in PROCESSES if words[-1] == f"commonweal.runtime.{name}"), None)


def _backends(postmaster: int) -> list[int]:
    """Those of PostgreSQL's processes that work for an ICS."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(postmaster).children():
            with suppress(psutil.NoSuchProcess):
                if "[local]" in " ".join(child.cmdline()):
                    found.append(child.pid)
    return sorted(found)
