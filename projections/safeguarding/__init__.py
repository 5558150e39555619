"""Safeguarding: concerns that someone may come to harm, for those alone who have to know."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.safeguarding.projector import project

READ_MODEL: Final = ReadModel(
    name="safeguarding",
    version=1,
    folder=Path(__file__).parent,
    project=project,
    personal={"concern": ("detail", "outcome_detail"), "passed_on": ("reference",)},
)
