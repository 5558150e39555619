"""Who looked: every time somebody opened a person's record, and what became of those who had to break the glass."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.record_access.projector import project

READ_MODEL: Final = ReadModel(
    name="record_access",
    version=1,
    folder=Path(__file__).parent,
    project=project,
    personal={"access": ("words",), "review": ("words",)},
)
