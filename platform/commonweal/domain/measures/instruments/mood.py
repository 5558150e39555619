"""Mood: PHQ-9 on depression with GAD-7 on anxiety, as general practice asks them.

Source of words, scoring and bands: Kroenke, Spitzer and Williams 2001 (Journal of General Internal Medicine 16:606–613): PHQ-9, 0–27, from 5
mild, 10 moderate, 15 moderately severe, 20 severe; Spitzer and others 2006 (Archives of Internal Medicine 166:1092–1097): GAD-7, 0–21, from 5
mild, 10 moderate, 15 severe. Source of the change that counts: NHS Talking Therapies manual, reliable improvement: 6 points of PHQ-9, 4 of
GAD-7 (Gyani and others 2013, Behaviour Research and Therapy 51:597–606). Any answer to item 9 of PHQ-9 but "not at all" is looked into the
same day. No permission is required to reproduce, translate, display or distribute either.
"""

from typing import Final

from commonweal.domain.measures.questionnaire import Band, Instrument, Item, Scale, total

_ANSWERS: Final = ((0, "Not at all"), (1, "Several days"), (2, "More than half the days"), (3, "Nearly every day"))
_INTRO: Final = "Over the last two weeks, how often have you been bothered by any of the following problems?"


def _items(*asked: tuple[str, str]) -> tuple[Item, ...]:
    return tuple(
        Item(code=code, text=text, answers=_ANSWERS, risk_from=1 if code == "better_off_dead" else None)
        for code, text in asked
    )


PHQ9: Final = Instrument(
    code="phq9",
    version="1",
    name="Patient Health Questionnaire (PHQ-9)",
    about="Depression",
    intro=_INTRO,
    licence="open",
    notice="Developed by Drs Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant from Pfizer Inc.",
    items=_items(
        ("interest", "Little interest or pleasure in doing things"),
        ("down", "Feeling down, depressed, or hopeless"),
        ("sleep", "Trouble falling or staying asleep, or sleeping too much"),
        ("tired", "Feeling tired or having little energy"),
        ("appetite", "Poor appetite or overeating"),
        ("failure", "Feeling bad about yourself – or that you are a failure or have let yourself or your family down"),
        (
            "concentrating",
            "Trouble concentrating on things, such as reading the newspaper or watching television",
        ),
        (
            "moving",
            (
                "Moving or speaking so slowly that other people could have noticed? Or the opposite – being so fidgety or restless "
                "that you have been moving around a lot more than usual"
            ),
        ),
        ("better_off_dead", "Thoughts that you would be better off dead or of hurting yourself in some way"),
    ),
    scales=(
        Scale(
            code="depression",
            text="Depression",
            least=0,
            most=2700,
            higher_is_better=False,
            bands=(
                Band(least=0, code="minimal", text="minimal"),
                Band(least=500, code="mild", text="mild"),
                Band(least=1000, code="moderate", text="moderate"),
                Band(least=1500, code="moderately_severe", text="moderately severe"),
                Band(least=2000, code="severe", text="severe"),
            ),
            enough=600,
            published=True,
        ),
    ),
    totals=(total,),
)

GAD7: Final = Instrument(
    code="gad7",
    version="1",
    name="Generalised Anxiety Disorder scale (GAD-7)",
    about="Anxiety",
    intro=_INTRO,
    licence="open",
    notice="Developed by Drs Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant from Pfizer Inc.",
    items=_items(
        ("nervous", "Feeling nervous, anxious, or on edge"),
        ("control", "Not being able to stop or control worrying"),
        ("worrying", "Worrying too much about different things"),
        ("relaxing", "Trouble relaxing"),
        ("restless", "Being so restless that it is hard to sit still"),
        ("irritable", "Becoming easily annoyed or irritable"),
        ("afraid", "Feeling afraid, as if something awful might happen"),
    ),
    scales=(
        Scale(
            code="anxiety",
            text="Anxiety",
            least=0,
            most=2100,
            higher_is_better=False,
            bands=(
                Band(least=0, code="minimal", text="minimal"),
                Band(least=500, code="mild", text="mild"),
                Band(least=1000, code="moderate", text="moderate"),
                Band(least=1500, code="severe", text="severe"),
            ),
            enough=400,
            published=True,
        ),
    ),
    totals=(total,),
)
