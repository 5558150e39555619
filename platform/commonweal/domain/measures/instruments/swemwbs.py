"""SWEMWBS: seven statements on mental wellbeing in the last two weeks.

Source of words and of the conversion from the raw sum to the metric score: Stewart-Brown and others 2009, Health and Quality of Life
Outcomes 7:15 (doi:10.1186/1477-7525-7-15), open access. Source of the bands: Ng Fat and others 2017, Quality of Life Research
26:1129–1144: low up to 19.5, high from 27.5 (one standard deviation either side of the mean of 27,169 adults in England). Source of the
change that counts: Shah and others 2018, Health and Quality of Life Outcomes 16:239: 2.77 standard errors of measurement, 2.87 points.
All items are required. Whoever uses it registers first and shows the copyright line.
"""

from collections.abc import Sequence
from typing import Final

from commonweal.domain.measures.questionnaire import Band, Instrument, Item, Scale

_ANSWERS: Final = (
    (1, "None of the time"),
    (2, "Rarely"),
    (3, "Some of the time"),
    (4, "Often"),
    (5, "All of the time"),
)

METRIC: Final = (
    700, 951, 1125, 1240, 1333, 1408, 1475, 1532, 1584, 1636, 1688, 1743, 1798, 1859, 1925,
    1998, 2073, 2154, 2235, 2321, 2411, 2503, 2602, 2703, 2813, 2931, 3070, 3255, 3500,
)  # fmt: skip
"""The metric score, in hundredths, of each raw sum from 7 to 35."""
LEAST_RAW: Final = 7


def metric(answers: Sequence[int]) -> tuple[int | None, int]:
    """The raw sum, and its metric score in hundredths."""
    raw = sum(answers)
    return raw, METRIC[raw - LEAST_RAW]


def _item(code: str, text: str) -> Item:
    return Item(code=code, text=text, answers=_ANSWERS)


SWEMWBS: Final = Instrument(
    code="swemwbs",
    version="1",
    name="Short Warwick–Edinburgh Mental Wellbeing Scale (SWEMWBS)",
    about="Mental wellbeing",
    intro="Below are some statements about feelings and thoughts. Choose the answer that best describes your experience of each over the "
    "last two weeks.",
    licence="registered",
    notice="Short Warwick Edinburgh Mental Wellbeing Scale (SWEMWBS) © NHS Health Scotland, University of Warwick and University of "
    "Edinburgh, 2008, all rights reserved.",
    items=(
        _item("optimistic", "I’ve been feeling optimistic about the future"),
        _item("useful", "I’ve been feeling useful"),
        _item("relaxed", "I’ve been feeling relaxed"),
        _item("problems", "I’ve been dealing with problems well"),
        _item("clearly", "I’ve been thinking clearly"),
        _item("close", "I’ve been feeling close to other people"),
        _item("own_mind", "I’ve been able to make up my own mind about things"),
    ),
    scales=(
        Scale(
            code="wellbeing",
            text="Mental wellbeing",
            least=700,
            most=3500,
            higher_is_better=True,
            bands=(
                Band(least=0, code="low", text="low"),
                Band(least=1951, code="average", text="average"),
                Band(least=2750, code="high", text="high"),
            ),
            enough=287,
            published=True,
        ),
    ),
    totals=(metric,),
)
