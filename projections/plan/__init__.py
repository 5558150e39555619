"""The plan: what matters to someone, what they want to come to, who does what by when, with whom it is shared."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.plan.projector import project

READ_MODEL: Final = ReadModel(
    name="plan",
    version=1,
    folder=Path(__file__).parent,
    project=project,
    personal={
        "what_matters": ("statement",),
        "strength": ("text",),
        "goal": ("wording",),
        "action": ("what",),
        "proposal": ("text",),
    },
)
