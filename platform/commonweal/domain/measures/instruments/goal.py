"""Goal rating: how far somebody has come towards what they want, on a scale of nought to ten.

Source of the scale: Law 2011, the Goal Based Outcomes tool: 0 "not at all met", 10 "completely met". The words are ours. We have found no
published change that counts in adults, and use the smallest step. Open.
"""

from typing import Final

from commonweal.domain.measures.questionnaire import Instrument, Item, Scale, one

GOAL: Final = Instrument(
    code="goal",
    version="1",
    name="Goal rating",
    about="How close to what the person wants",
    licence="open",
    items=(
        Item(
            code="met",
            text="Thinking of what you want most from this support, how close are you to it today?",
            answers=tuple(
                (value, {0: "0 – not at all", 10: "10 – I am there"}.get(value, str(value))) for value in range(11)
            ),
        ),
    ),
    scales=(Scale(code="met", text="Goal rating", least=0, most=1000, higher_is_better=True, enough=100),),
    totals=(one(0),),
)
