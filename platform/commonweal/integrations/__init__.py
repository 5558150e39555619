"""Who else must know: a folder for each, and this list of them."""

from typing import Final

from commonweal.integrations import emergency_department, gp_record, hospital_discharge
from commonweal.integrations.delivery import Integration

INTEGRATIONS: Final[tuple[Integration, ...]] = (
    hospital_discharge.INTEGRATION,
    emergency_department.INTEGRATION,
    gp_record.INTEGRATION,
)
