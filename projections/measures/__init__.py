"""Measures: what each person was asked and when, what it came to, and what is due."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.measures.projector import project

READ_MODEL: Final = ReadModel(name="measures", version=1, folder=Path(__file__).parent, project=project)
