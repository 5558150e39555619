"""What people see: a folder is one question, answered from events alone."""

from typing import Final

from commonweal.kernel.read_model import ReadModel
from projections import (
    activity,
    caseload,
    community_chest,
    connections,
    equity_funnel,
    measures,
    outcomes,
    person_record,
    plan,
    record_access,
    referrals_made,
    safeguarding,
    service_directory,
    set_up,
    waiting_list,
    work,
    workforce,
)

READ_MODELS: Final[tuple[ReadModel, ...]] = (
    caseload.READ_MODEL,
    waiting_list.READ_MODEL,
    work.READ_MODEL,
    safeguarding.READ_MODEL,
    person_record.READ_MODEL,
    record_access.READ_MODEL,
    service_directory.READ_MODEL,
    connections.READ_MODEL,
    plan.READ_MODEL,
    measures.READ_MODEL,
    outcomes.READ_MODEL,
    referrals_made.READ_MODEL,
    workforce.READ_MODEL,
    equity_funnel.READ_MODEL,
    activity.READ_MODEL,
    community_chest.READ_MODEL,
    set_up.READ_MODEL,
)
