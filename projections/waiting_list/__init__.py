"""The waiting list: who waits for a link worker, since when, and before whom."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.waiting_list.projector import project

READ_MODEL: Final = ReadModel(
    name="waiting_list", version=2, folder=Path(__file__).parent, project=project, past=("referral",)
)
