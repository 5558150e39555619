"""Codes about a hospital: how somebody came to it, what they are offered when they leave."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

ED_DEPARTMENT_TYPES: Final[Codes] = {
    "01": "consultant-led, 24 hours",
    "02": "consultant-led, one specialty",
    "03": "other, minor injury or urgent treatment centre",
    "04": "NHS walk-in centre",
    "05": "ambulatory emergency care (pilot)",
}
"""Emergency care department type, NHS Data Dictionary (ECDS)."""

ED_ATTENDANCE_CATEGORIES: Final[Codes] = {
    "1": "unplanned, first",
    "2": "unplanned follow-up within seven days, this department",
    "3": "unplanned follow-up within seven days, another department",
    "4": "planned follow-up",
}
"""Emergency care attendance category, NHS Data Dictionary (ECDS)."""

DISCHARGE_OFFER_RULES: Final[Codes] = {
    "care_relationship": "we know the person and are working with them",
    "wards": "the ward is on the list",
}
"""What makes a discharge an offer of support. Local."""

DISCHARGE_NEEDS: Final[Codes] = {
    "food": "food",
    "heating": "heating",
    "transport": "transport",
    "carer": "a carer",
    "equipment": "equipment",
    "company": "company",
}
"""What may be missing at home. Local."""
