"""Referrals made: what became of those a referrer sent, as far as each person agreed that they may know."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.referrals_made.projector import project

READ_MODEL: Final = ReadModel(name="referrals_made", version=2, folder=Path(__file__).parent, project=project)
