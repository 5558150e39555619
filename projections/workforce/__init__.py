"""The workforce: who is in post, what each carries, and who is asked to take whom."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.workforce.projector import project

READ_MODEL: Final = ReadModel(
    name="workforce", version=1, folder=Path(__file__).parent, project=project, personal={"referral": ("handover",)}
)
