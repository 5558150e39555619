"""External scores: instruments that belong to others, of which we may hold what came out but never the words.

Source of licences: the owners' own terms – Triangle Consulting (Outcomes Star: licence and training), Insignia Health (PAM), Meaningful
Measures (MYCaW), R-Outcomes (PWS), EuroQol (EQ VAS). Source of ranges: PAM 0–100, EQ VAS 0–100 and PWS 0–100 higher is better;
MYCaW 0–6, 0 is best; of a Star the mean of its scales, 1–5 in the Wellbeing Star's Journey of Change. No change that counts is reckoned
here: what their owners have published belongs to the licence.
"""

from typing import Final

from commonweal.domain.measures.questionnaire import Instrument, Scale


def _external(code: str, name: str, about: str, least: int, most: int, *, higher_is_better: bool = True) -> Instrument:
    scale = Scale(code="score", text=about, least=least, most=most, higher_is_better=higher_is_better)
    return Instrument(code=code, version="1", name=name, about=about, licence="licensed", scales=(scale,))


WELLBEING_STAR: Final = _external("wellbeing_star", "Wellbeing Star", "Wellbeing Star, mean of its scales", 100, 500)
MYCAW: Final = _external(
    "mycaw", "Measure Yourself Concerns and Wellbeing (MYCaW)", "MYCaW profile", 0, 600, higher_is_better=False
)
PAM: Final = _external("pam", "Patient Activation Measure (PAM)", "Activation", 0, 10_000)
PWS: Final = _external("pws", "Personal Wellbeing Score (PWS)", "Personal wellbeing", 0, 10_000)
EQ_VAS: Final = _external("eq_vas", "EQ visual analogue scale (EQ VAS)", "Health today", 0, 10_000)
