"""The work: who spoke with whom, what was written about it, what there is to do, who is out alone."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.work.projector import project

READ_MODEL: Final = ReadModel(
    name="work",
    version=1,
    folder=Path(__file__).parent,
    project=project,
    personal={
        "contact": ("place", "overridden", "note"),
        "wording": ("text", "reason", "fingerprint"),
        "task": ("words",),
        "visit": ("place",),
    },
)
