"""The caseload: everyone a link worker walks beside, and everyone who waits for one."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.caseload.projector import project

READ_MODEL: Final = ReadModel(
    name="caseload", version=2, folder=Path(__file__).parent, project=project, past=("referral",)
)
