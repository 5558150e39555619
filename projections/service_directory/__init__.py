"""The service directory: what there is near by, and how far what is said of it can be believed."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.service_directory.projector import project

READ_MODEL: Final = ReadModel(name="service_directory", version=1, folder=Path(__file__).parent, project=project)
