"""An instrument is used as its owner allows."""

from datetime import date

import pytest

from commonweal.domain.measures import instrument
from commonweal.domain.measures.instrument import (
    InstrumentLicenceRecorded,
    InstrumentRegistered,
    InstrumentRetired,
    RecordInstrumentLicence,
    RegisterInstrument,
    RetireInstrument,
    usable,
)
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.message import Refused
from tests.given import given, state_of

LISTED = InstrumentRegistered(instrument="swemwbs", version="1", licence="registered", languages=("en",))
TOLD = InstrumentLicenceRecorded(state="registered", reference="W-12", expires_on=date(2026, 3, 31))
RETIRED = InstrumentRetired(reason="replaced")


def test_an_instrument_is_put_on_the_list_once() -> None:
    given(instrument).when(RegisterInstrument(code="swemwbs")).then(LISTED)
    given(instrument, LISTED).when(RegisterInstrument(code="swemwbs")).then_nothing()
    given(instrument, LISTED, RETIRED).when(RegisterInstrument(code="swemwbs")).then(LISTED)
    given(instrument, LISTED).when(RegisterInstrument(code="phq9")).refused("code must be that of the record")
    given(instrument).when(RegisterInstrument(code="mood_ring")).refused("code must be one of")


def test_a_licence_is_recorded_for_what_is_on_the_list() -> None:
    wish = RecordInstrumentLicence(state="registered", reference="W-12", expires_on=date(2026, 3, 31))
    given(instrument, LISTED).when(wish).then(TOLD)
    given(instrument, LISTED, TOLD).when(wish).then_nothing()
    given(instrument).when(wish).refused("register it first")
    given(instrument, LISTED).when(RecordInstrumentLicence(state="licensed")).refused("reference is missing")


def test_an_instrument_is_retired_once() -> None:
    given(instrument, LISTED).when(RetireInstrument(reason="replaced")).then(RETIRED)
    given(instrument, LISTED, RETIRED).when(RetireInstrument(reason="replaced")).then_nothing()


LAST = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("code", "events", "on", "why"),
    [
        ("phq9", (), LAST, None),
        ("phq9", (InstrumentRetired(reason="not_useful"),), LAST, "no longer used here"),
        ("swemwbs", (), LAST, "must first be registered with its owners"),
        ("swemwbs", (LISTED,), LAST, "must first be registered with its owners"),
        ("swemwbs", (LISTED, TOLD), LAST, None),
        ("swemwbs", (LISTED, TOLD), date(2026, 4, 1), "ran out on 2026-03-31"),
        ("swemwbs", (LISTED, TOLD, InstrumentLicenceRecorded(state="blocked")), LAST, "does not allow it here"),
        ("swemwbs", (LISTED, TOLD, RETIRED), LAST, "no longer used here"),
        ("pam", (LISTED, TOLD), LAST, "must first be licensed by its owner"),
        (
            "pam",
            (
                InstrumentRegistered(instrument="pam", version="1", licence="licensed"),
                InstrumentLicenceRecorded(state="registered"),
            ),
            LAST,
            "must first be licensed by its owner",
        ),
        (
            "pam",
            (
                InstrumentRegistered(instrument="pam", version="1", licence="licensed"),
                InstrumentLicenceRecorded(state="licensed", reference="P-9"),
            ),
            LAST,
            None,
        ),
    ],
)
def test_it_is_used_only_while_its_licence_holds(
    code: str, events: tuple[object, ...], on: date, why: str | None
) -> None:
    state = state_of(instrument, *events)
    if why is None:
        usable(INSTRUMENTS[code], state, on)
    else:
        with pytest.raises(Refused, match=why):
            usable(INSTRUMENTS[code], state, on)
