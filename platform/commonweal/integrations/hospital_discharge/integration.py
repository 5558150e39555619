"""The wards and clinics of a trust hear of every step of a referral of theirs: the person may still be with them."""

from typing import Final

from commonweal.domain.referrals.referral import ReferralReceived
from commonweal.integrations.delivery import STEPS, Integration, Referrers

_WARDS: Final = Referrers(
    name="hospital_discharge",
    steps=STEPS - {ReferralReceived},
    refers_from=lambda setting: setting != "ed",
    by_nhs_number=True,
)
INTEGRATION: Final[Integration] = _WARDS.integration()
