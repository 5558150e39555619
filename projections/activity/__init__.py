"""Activity: how many appointments were held, how many people were referred, how many have a plan – three things, never one."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.activity.projector import project

READ_MODEL: Final = ReadModel(name="activity", version=1, folder=Path(__file__).parent, project=project)
