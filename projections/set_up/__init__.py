"""Set-up: who may do what in an ICS, in which programmes, with which frameworks."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.set_up.projector import project

READ_MODEL: Final = ReadModel(name="set_up", version=1, folder=Path(__file__).parent, project=project)
