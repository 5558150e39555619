"""Connections: whom each person was connected to near by, and what came of it."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.connections.projector import project

READ_MODEL: Final = ReadModel(
    name="connections",
    version=1,
    folder=Path(__file__).parent,
    project=project,
    personal={"connection": ("hope", "override_note")},
)
