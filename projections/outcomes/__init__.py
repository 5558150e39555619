"""Outcomes: whether people fare better from the first time they were asked to the last, told so that nobody is known by it."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.outcomes.projector import project

READ_MODEL: Final = ReadModel(
    name="outcomes", version=1, folder=Path(__file__).parent, project=project, past=("referral", "measure"),
)  # fmt: skip
