"""A step of an invented case: one command, at a time, under a name that is the same for ever."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

NAMESPACE: Final = UUID("5f0b8a3e-6d55-5d0e-9c1b-2f6f1f7a9c10")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a case. `name` tells it from the case's others for ever."""

    name: str
    identity: str
    command: object
    at: datetime


def made_id(*names: object) -> UUID:
    """The same names, the same id, for ever."""
    return uuid5(NAMESPACE, "/".join(map(str, names)))
