"""ONS4: four questions on how life is going, as the Office for National Statistics asks the nation.

Source of words and scale: Office for National Statistics, personal well-being user guide; Government Statistical Service
harmonised principle "Personal well-being", April 2019. Source of the bands: ONS, "UK SWB score distributions" (freedom of
information answer): ratings 0–4 low, 5–6 medium, 7–8 high, 9–10 very high; for anxiety 0–1 very low, 2–3 low, 4–5 medium, 6–10 high.
Never summed. No change that matters to one person has been published. For people of 16 and over. Open Government Licence.
"""

from typing import Final

from commonweal.domain.measures.questionnaire import Band, Instrument, Item, Scale, one


def _answers(nought: str, ten: str) -> tuple[tuple[int, str], ...]:
    ends = {0: f"0 – {nought}", 10: f"10 – {ten}"}
    return tuple((value, ends.get(value, str(value))) for value in range(11))


_BANDS: Final = (
    Band(least=0, code="low", text="low"),
    Band(least=500, code="medium", text="medium"),
    Band(least=700, code="high", text="high"),
    Band(least=900, code="very_high", text="very high"),
)
_ANXIETY: Final = (
    Band(least=0, code="very_low", text="very low"),
    Band(least=200, code="low", text="low"),
    Band(least=400, code="medium", text="medium"),
    Band(least=600, code="high", text="high"),
)

ONS4: Final = Instrument(
    code="ons4",
    version="1",
    name="ONS personal wellbeing (ONS4)",
    about="How satisfied, worthwhile, happy and anxious life feels",
    intro="Four questions about your feelings on aspects of your life. There are no right or wrong answers.",
    licence="open",
    items=(
        Item(
            code="satisfied",
            text="Overall, how satisfied are you with your life nowadays?",
            answers=_answers("not at all satisfied", "completely satisfied"),
        ),
        Item(
            code="worthwhile",
            text="Overall, to what extent do you feel that the things you do in your life are worthwhile?",
            answers=_answers("not at all worthwhile", "completely worthwhile"),
        ),
        Item(
            code="happy",
            text="Overall, how happy did you feel yesterday?",
            answers=_answers("not at all happy", "completely happy"),
        ),
        Item(
            code="anxious",
            text="On a scale where nought is ‘not at all anxious’ and 10 is ‘completely anxious’, overall, how anxious did you feel yesterday?",
            answers=_answers("not at all anxious", "completely anxious"),
        ),
    ),
    scales=(
        Scale(
            code="satisfied",
            text="Life satisfaction",
            least=0,
            most=1000,
            higher_is_better=True,
            bands=_BANDS,
            enough=100,
        ),
        Scale(
            code="worthwhile", text="Worthwhile", least=0, most=1000, higher_is_better=True, bands=_BANDS, enough=100
        ),
        Scale(code="happy", text="Happiness", least=0, most=1000, higher_is_better=True, bands=_BANDS, enough=100),
        Scale(code="anxious", text="Anxiety", least=0, most=1000, higher_is_better=False, bands=_ANXIETY, enough=100),
    ),
    totals=(one(0), one(1), one(2), one(3)),
)
