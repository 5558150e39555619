"""The person's record: who they are, how to reach them safely, what they agreed to, and everything that happened."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.person_record.projector import project

READ_MODEL: Final = ReadModel(
    name="person_record",
    version=2,
    folder=Path(__file__).parent,
    project=project,
    personal={
        "flag": ("detail",),
        "representative": ("name", "contact"),
        "assessment": ("words",),
    },
)
