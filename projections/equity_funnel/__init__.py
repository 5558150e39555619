"""The equity funnel: of everyone referred, who is accepted, engaged and sees it through, and who falls by the way."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.equity_funnel.projector import project

READ_MODEL: Final = ReadModel(name="equity_funnel", version=1, folder=Path(__file__).parent, project=project)
