"""How events are written down: every one of them reads back as it was meant, for ever."""

import base64
import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from commonweal.domain.message import ERASED, EVENTS, RETIRED, field_types, is_personal
from commonweal.kernel import codec
from commonweal.kernel.codec import Unreadable
from commonweal.kernel.vault import Tampered
from tests.domain.arbitrary import facts
from tests.kernel.golden_events import BOUND_TO, FOLDER, KEY_NAME, KEYS, golden, shown, stored

KEY = KEYS.get(KEY_NAME)
NAMES = sorted(EVENTS)
PERSONAL = [name for name in NAMES if any(map(is_personal, field_types(EVENTS[name]).values()))]


class Forgotten:
    """A vault whose keys are all destroyed."""

    def get(self, _name: str) -> None:
        return None


def erased(event: Any) -> bool:
    return any(getattr(event, each.name) is ERASED for each in fields(event))


@pytest.mark.parametrize("name", NAMES)
def test_every_event_reads_back_as_it_was_meant(name: str) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(facts(EVENTS[name]))
    def reads_back(event: Any) -> None:
        assume(not erased(event))
        data = codec.encode(event, BOUND_TO, KEY_NAME, KEY)
        assert codec.decode(name, data, BOUND_TO, KEYS) == event
        assert codec.key_name(data) == (KEY_NAME if codec.has_personal(event) else None)

    reads_back()


@pytest.mark.parametrize("name", PERSONAL)
def test_what_is_personal_is_in_no_stored_event_in_clear(name: str) -> None:
    event = golden(EVENTS[name])
    said = json.loads(codec.encode(event, BOUND_TO, KEY_NAME, KEY))
    private = {field for field, hint in field_types(EVENTS[name]).items() if is_personal(hint)}
    assert private.isdisjoint(said)
    assert set(said) - {"personal"} == {each.name for each in fields(event)} - private
    assert "Canary" not in json.dumps(said)


@pytest.mark.parametrize("name", PERSONAL)
def test_once_the_key_is_destroyed_everything_personal_is_erased_and_the_rest_stays(name: str) -> None:
    event = golden(EVENTS[name])
    understood = codec.decode(name, codec.encode(event, BOUND_TO, KEY_NAME, KEY), BOUND_TO, Forgotten())
    for field, hint in field_types(EVENTS[name]).items():
        expected = ERASED if is_personal(hint) else getattr(event, field)
        assert getattr(understood, field) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_event_as_first_stored_still_says_what_it_said(name: str) -> None:
    kept = stored(name)
    assert kept is not None, f"{name} has no golden file: run `python -m tests.kernel.golden_events`"
    understood = codec.decode(name, base64.b64decode(kept["data"]), BOUND_TO, KEYS)
    now = shown(understood)
    assert {field: now[field] for field in kept["fields"]} == kept["fields"]


def test_a_golden_file_is_kept_for_nothing_that_never_was() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} <= set(EVENTS) | set(RETIRED)


def test_an_event_no_longer_written_is_read_as_todays() -> None:
    data = b'{"organisation":"RP1","personal":null}'

    def upcast(raw: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "ReferralRedirected", {"to_organisation": raw["organisation"], "reason": "out_of_area"}

    understood = codec.decode("ReferralSentOn", data, BOUND_TO, KEYS, retired={"ReferralSentOn": upcast})
    assert understood == EVENTS["ReferralRedirected"](to_organisation="RP1", reason="out_of_area")


def test_an_upcast_leaves_what_is_sealed_in_its_box() -> None:
    now = EVENTS["ReferralRejected"](reason="01", feedback="Canary words")
    raw = json.loads(codec.encode(now, codec.about("QPM", "referral-1", 3, "ReferralTurnedDown"), KEY_NAME, KEY))
    raw["why"] = raw.pop("reason")

    def upcast(old: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        assert "personal" not in old
        return "ReferralRejected", {"reason": old["why"]}

    bound_to = codec.about("QPM", "referral-1", 3, "ReferralTurnedDown")
    understood = codec.decode(
        "ReferralTurnedDown", json.dumps(raw).encode(), bound_to, KEYS, retired={"ReferralTurnedDown": upcast}
    )
    assert understood == now


def test_an_event_of_a_newer_version_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="newer version"):
        codec.decode("SomethingFromTheFuture", b"{}", BOUND_TO, KEYS)


def test_an_event_that_lost_a_field_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="ReferralRedirected"):
        codec.decode("ReferralRedirected", b'{"reason":"out_of_area"}', BOUND_TO, KEYS)


def test_a_box_moved_to_another_event_does_not_open() -> None:
    event = EVENTS["ReferralRejected"](reason="01", feedback="Canary words")
    data = codec.encode(event, codec.about("QPM", "referral-1", 1, "ReferralRejected"), KEY_NAME, KEY)
    for place in (("QMF", "referral-1", 1), ("QPM", "referral-2", 1), ("QPM", "referral-1", 2)):
        with pytest.raises(Tampered):
            codec.decode("ReferralRejected", data, codec.about(*place, "ReferralRejected"), KEYS)


def test_nothing_personal_is_written_without_a_key_and_nothing_erased_at_all() -> None:
    rejected = EVENTS["ReferralRejected"]
    with pytest.raises(Unreadable, match="no key"):
        codec.encode(rejected(reason="01", feedback="Canary words"), BOUND_TO)
    with pytest.raises(Unreadable, match="erased"):
        codec.encode(rejected(reason="01", feedback=ERASED), BOUND_TO, KEY_NAME, KEY)


def test_the_same_event_is_written_the_same_way_each_time() -> None:
    """A field that came later has come between those there were; they stand as they stood."""
    for name in NAMES:
        event = golden(EVENTS[name])
        if not codec.has_personal(event):
            first = json.loads(base64.b64decode((stored(name) or {})["data"]))
            now = codec.encode(event, BOUND_TO)
            assert now == codec.encode(event, BOUND_TO)
            assert [field for field in json.loads(now).items() if field[0] in first] == list(first.items())
