"""A scene for referrals that come from outside: an ICS with a trust and a practice, another beside it, and messages as sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commonweal.intake.accept import Answer, accept
from commonweal.intake.fhir import heading, hear
from commonweal.kernel.streams import Fact
from tests.intake.hospital_scene import Scene

MESSAGES = Path(__file__).parent / "fhir"
NHS_NUMBER = "9434765919"
"""Of the person in tests/intake/fhir/*."""
Message = dict[str, Any]


def written(name: str = "new", *changes: Callable[[Message], None], id_: str | None = None) -> bytes:
    """A message as sent, changed by these; `id_` makes it another message."""
    bundle: Message = json.loads((MESSAGES / f"{name}.json").read_bytes())
    for change in changes:
        change(bundle)
    if id_ is not None:
        bundle["id"] = id_
    return json.dumps(bundle).encode()


def part(bundle: Message, kind: str) -> Message:
    """The resource of a kind in a message."""
    found: Message = next(each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind)
    return found


def without(kind: str) -> Callable[[Message], None]:
    """Take the resources of a kind out."""

    def change(bundle: Message) -> None:
        bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != kind]

    return change


def setting(kind: str, **values: Any) -> Callable[[Message], None]:
    """Give a resource other values."""
    return lambda bundle: part(bundle, kind).update(values)


async def take(on: Scene, raw: bytes, organisation: str = "RZZ", role: str = "hospital") -> Answer:
    """A message taken in as the web process does."""
    key = f"fhir|{organisation}|{heading(raw).key}"
    return await accept(on.inbox, f"fhir/{organisation}/{role}", key, raw, hear)


async def told(on: Scene) -> list[Fact]:
    """Everything that stands in the ICS but how it is put together."""
    facts = await on.here.streams.understand(await on.here.log.after(0, 1000))
    return [fact for fact in facts if not fact.stream_id.startswith("tenant-")]
