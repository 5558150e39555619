"""What people see: a folder is one question, answered from events alone."""

from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections import caseload, waiting_list

READ_MODELS: Final[tuple[ReadModel, ...]] = (caseload.READ_MODEL, waiting_list.READ_MODEL)
