"""Loneliness: the two measures the Office for National Statistics recommends, the three questions of UCLA and the direct one.

Source of words and scoring: Office for National Statistics, "Measuring loneliness: guidance for use of the national indicators on surveys",
2018, after Hughes and others 2004 (Research on Aging 26:655–672) for UCLA-3: hardly ever or never 1, some of the time 2, often 3, added up
to 3–9. There is no official cut; 6 and more is the one used by Steptoe and others 2013 (PNAS 110:5797–5801). Of the direct question the
share of "often or always" is told. No change that matters to one person has been published for either. Free to use.
"""

from typing import Final

from commonweal.domain.measures.questionnaire import Band, Instrument, Item, Scale, one, total

_OFTEN: Final = ((1, "Hardly ever or never"), (2, "Some of the time"), (3, "Often"))

UCLA3: Final = Instrument(
    code="ucla3",
    version="1",
    name="UCLA three-item loneliness scale",
    about="Loneliness, asked indirectly",
    intro="The next questions are about your relationships with others.",
    licence="open",
    items=(
        Item(code="companionship", text="How often do you feel that you lack companionship?", answers=_OFTEN),
        Item(code="left_out", text="How often do you feel left out?", answers=_OFTEN),
        Item(code="isolated", text="How often do you feel isolated from others?", answers=_OFTEN),
    ),
    scales=(
        Scale(
            code="loneliness",
            text="Loneliness",
            least=300,
            most=900,
            higher_is_better=False,
            bands=(
                Band(least=300, code="not_lonely", text="below 6, the cut often used"),
                Band(least=600, code="lonely", text="6 or more, the cut often used"),
            ),
            enough=100,
        ),
    ),
    totals=(total,),
)

ONS_LONELINESS: Final = Instrument(
    code="ons_loneliness",
    version="1",
    name="ONS direct loneliness question",
    about="Loneliness, asked directly",
    licence="open",
    items=(
        Item(
            code="lonely",
            text="How often do you feel lonely?",
            answers=(
                (1, "Often or always"),
                (2, "Some of the time"),
                (3, "Occasionally"),
                (4, "Hardly ever"),
                (5, "Never"),
            ),
        ),
    ),
    scales=(
        Scale(
            code="seldom_lonely",
            text="How seldom lonely (1 often or always, 5 never)",
            least=100,
            most=500,
            higher_is_better=True,
            bands=(
                Band(least=100, code="often", text="often or always lonely"),
                Band(least=200, code="some", text="lonely some of the time"),
                Band(least=300, code="occasionally", text="occasionally lonely"),
                Band(least=400, code="hardly_ever", text="hardly ever lonely"),
                Band(least=500, code="never", text="never lonely"),
            ),
            enough=100,
        ),
    ),
    totals=(one(0),),
)
