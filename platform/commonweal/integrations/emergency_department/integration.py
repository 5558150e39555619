"""A&E hears that a referral of its own arrived, then what became of it: the person has long gone home.

That we have begun to look at it changes nothing for A&E; whose referral it is, it knows by its own reference.
"""

from typing import Final

from commonweal.domain.referrals.referral import TriageStarted
from commonweal.integrations.delivery import STEPS, Integration, Referrers

_EMERGENCY_DEPARTMENT: Final = Referrers(
    name="emergency_department",
    steps=STEPS - {TriageStarted},
    refers_from=lambda setting: setting == "ed",
    by_nhs_number=False,
)
INTEGRATION: Final[Integration] = _EMERGENCY_DEPARTMENT.integration()
