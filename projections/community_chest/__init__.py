"""The community chest: whose money there is, what it is promised for, what was paid, and where people are helped by it."""

from pathlib import Path
from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections.community_chest.projector import project

READ_MODEL: Final = ReadModel(
    name="community_chest",
    version=1,
    folder=Path(__file__).parent,
    project=project,
    past=("fund", "round", "ballot"),
    ledgers=("evidence", "effect", "pledge", "ledger", "instalment", "ending"),
)
