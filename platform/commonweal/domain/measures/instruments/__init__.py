"""Instruments: every questionnaire we know how to ask or to hold the score of, by its code.

Today each has one version. A second would stand beside the first: readings of two versions are never compared.
"""

from collections.abc import Mapping
from typing import Final

from commonweal.domain.measures.instruments.external import EQ_VAS, MYCAW, PAM, PWS, WELLBEING_STAR
from commonweal.domain.measures.instruments.goal import GOAL
from commonweal.domain.measures.instruments.loneliness import ONS_LONELINESS, UCLA3
from commonweal.domain.measures.instruments.mood import GAD7, PHQ9
from commonweal.domain.measures.instruments.ons4 import ONS4
from commonweal.domain.measures.instruments.swemwbs import SWEMWBS
from commonweal.domain.measures.questionnaire import Instrument

INSTRUMENTS: Final[Mapping[str, Instrument]] = {
    each.code: each
    for each in (
        ONS4,
        SWEMWBS,
        UCLA3,
        ONS_LONELINESS,
        PHQ9,
        GAD7,
        GOAL,
        WELLBEING_STAR,
        MYCAW,
        PAM,
        PWS,
        EQ_VAS,
    )
}
"""Code → the version of it that is asked today."""
