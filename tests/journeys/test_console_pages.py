"""The console's pages as they are written: what they say, what they keep, and what they never do."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import UndefinedError

from commonweal.console import answers, assets, wording
from commonweal.console.as_at import AsAt
from commonweal.console.forms import Mistake, Reach
from commonweal.console.page import Problem, content_security_policy, render
from commonweal.domain.referrals import referral
from commonweal.runtime.pages.integrations import Row, Telling
from projections.caseload import board
from tests.journeys import console_samples as samples

HOSTILE = "\"'><script>alert(1)</script> {{ 7 * 7 }} & co"


class Seen(HTMLParser):
    """What a browser reads: the elements, the value of each input, the text of each textarea, all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inputs: dict[str, str] = {}
        self.text = ""
        self._textarea: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        self.text += " "
        if tag == "input" and found.get("type") != "radio":
            self.inputs[str(found["name"])] = found.get("value") or ""
        if tag == "textarea":
            self._textarea = str(found["name"])
            self.inputs[self._textarea] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._textarea:
            self.inputs[self._textarea] += data

    def said(self) -> str:
        return " ".join(self.text.split())


def caseload(shown: board.Board) -> Seen:
    return Seen(render(samples.CONSOLE, "caseload/page.html", samples.FRAME, shown))


def board_of(*cards: board.Card) -> board.Board:
    return replace(samples.full_board(), columns=board.columns(cards))


@pytest.mark.parametrize("address", samples.pages())
def test_no_page_has_an_inline_style_or_script_or_asks_another_host(address: str) -> None:
    for tag, attributes in Seen(samples.pages()[address]).elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert tag != "style"
        assert tag != "script" or attributes["src"]
        for name in ("src", "href", "action"):
            assert not re.match(r"\w+:|//", attributes.get(name) or "")


@pytest.mark.parametrize("address", samples.pages())
def test_every_page_that_posts_carries_the_csrf_token_in_each_form(address: str) -> None:
    html = samples.pages()[address]
    for form in re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL):
        assert 'name="csrf_token" value="token-of-the-session"' in form


def test_the_policy_lets_nothing_inline_run() -> None:
    policy = content_security_policy("abc")
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'nonce-abc';")


def test_a_view_that_lacks_something_is_refused_rather_than_shown_with_a_gap() -> None:
    with pytest.raises(UndefinedError):
        render(samples.CONSOLE, "error.html", samples.FRAME, SimpleNamespace(status=404))


def test_a_card_says_who_where_what_and_since_when() -> None:
    said = caseload(samples.full_board()).said()
    assert "Aisha Khan NHS number 999 431 3471 55 to 74, Abbey Medical Practice Overdue Urgent Loneliness" in said
    assert "Waiting 19 days Referred 38 days ago" in said
    assert "Showing 12 of 1,204 referrals As at 14:02:11 on 21 November 2026, position 1,234" in said


def test_an_erased_person_has_no_name_number_or_next_step() -> None:
    first = samples.cards()[0]
    erased = replace(first, name=None, nhs_number=None, age_band=None)
    seen = caseload(board_of(erased))
    assert "Name withheld – erased" in seen.said()
    assert not [a for _, a in seen.elements if first.referral_id in (a.get("href") or "")]


@pytest.mark.parametrize(
    ("column", "page"),
    [
        ("to_triage", "triage"),
        ("waiting", "allocate"),
        ("allocated", "first-contact"),
        ("in_support", None),
        ("closed", None),
    ],
)
def test_each_column_leads_to_its_next_step(column: str, page: str | None) -> None:
    card = replace(samples.cards()[0], column=column)
    step = card.next_step
    assert (step and step[1]) == (page and f"/referrals/{card.referral_id}/{page}")


def test_every_phase_of_a_referral_has_its_column() -> None:
    assert set(board.COLUMN_OF) >= referral.IN_TRIAGE | referral.OPEN
    assert set(board.COLUMN_OF.values()) == set(board.COLUMNS)


def test_who_may_not_act_is_offered_nothing() -> None:
    assert replace(samples.cards()[0], may_act=False).next_step is None


def test_closed_referrals_are_a_column_of_their_own_when_asked_for() -> None:
    closed = replace(samples.cards()[0], column="closed")
    assert [column.key for column in board.columns((closed,), ("closed",))] == ["closed"]


def test_a_card_that_belongs_in_no_shown_column_is_never_left_out_in_silence() -> None:
    with pytest.raises(KeyError):
        board.columns([replace(samples.cards()[0], column="closed")])


def test_an_empty_board_says_whether_the_filters_or_the_day_emptied_it() -> None:
    assert "No referrals yet" in caseload(samples.empty_board()).said()
    assert "No referrals match" in caseload(samples.empty_board("w1")).said()


def test_a_board_of_an_earlier_day_speaks_of_that_day_alone() -> None:
    then = AsAt(typed={"day": "3"}, at=datetime(2026, 3, 3, 23, 59, tzinfo=UTC))
    seen = caseload(replace(samples.empty_board(), as_at=then, known_to=12))
    assert "As at 3 March 2026, 23:59, position 12" in seen.said()
    assert "No referrals then As far as we knew at that moment, nobody had been referred." in seen.said()
    assert "No referrals yet" not in seen.said()


@pytest.mark.parametrize("in_a_stream", [True, False])
def test_what_lies_in_a_trusts_stream_is_not_said_to_have_been_taken(in_a_stream: bool) -> None:
    row = Row(
        recipient="Kettering", code="RNQ", integration="hospital_discharge", name="Wards and clinics", way="told",
        to_be_taken=in_a_stream, waiting=0, waits=None, delivered=3, parked=0, wrong=None,
    )  # fmt: skip
    page = Telling(rows=(row,), unread=(), may_replay=False, said=None)
    said = Seen(render(samples.CONSOLE, "integrations.html", samples.FRAME, page)).said()
    assert ("3 put in its stream" in said) is in_a_stream
    assert ("Whether it has is not seen here." in said) is in_a_stream


def test_the_script_that_keeps_a_page_up_to_date_is_fetched_by_pages_that_are_kept_so() -> None:
    live = samples.full_board()
    then = replace(live, as_at=AsAt(typed={"day": "3"}, at=datetime(2026, 3, 3, 23, 59, tzinfo=UTC)))
    for html, wanted in ((caseload(live), True), (caseload(then), False), (Seen(samples.pages()["/triage"]), False)):
        scripts = [str(attributes["src"]) for tag, attributes in html.elements if tag == "script"]
        assert any(src.endswith("/live.js") for src in scripts) is wanted


def test_what_was_done_is_said_on_the_board() -> None:
    assert "Done Aisha Khan was accepted." in Seen(samples.pages()["/caseload/done"]).said()


def test_each_mistake_at_the_top_leads_to_a_question_on_the_page() -> None:
    led = 0
    for address, html in samples.pages().items():
        elements = Seen(html).elements
        ids = {attributes.get("id") for _, attributes in elements}
        targets = {str(a["href"])[1:] for _, a in elements if str(a.get("href")).startswith("#")}
        assert targets <= ids, address
        led += len([target for target in targets if not target.startswith("column-")]) - 1
    assert led == 6


def test_a_hostile_name_is_only_ever_text() -> None:
    card = replace(samples.cards()[0], name=HOSTILE, practice=HOSTILE, needs=(HOSTILE,), link_worker=HOSTILE)
    seen = caseload(board_of(card))
    assert seen.text.count(HOSTILE) == 5
    assert [tag for tag, _ in seen.elements].count("script") == 2  # ours


@pytest.mark.parametrize("template", ["triage.html", "first_contact.html"])
def test_what_was_typed_comes_back_exactly(template: str) -> None:
    typed = {"feedback": f"one\n  two\n\n{HOSTILE}", "note": f"a\n    b {HOSTILE}", "day": HOSTILE, "time": HOSTILE}
    form = samples.triage(typed) if template == "triage.html" else samples.first_contact(typed)
    seen = Seen(render(samples.CONSOLE, template, samples.FRAME, form))
    shown = {name: value for name, value in seen.inputs.items() if name in typed}
    assert shown == {name: typed[name] for name in shown}
    assert len(shown) == (1 if template == "triage.html" else 3)
    assert seen.inputs["expected_version"] == str(form.expected_version)
    assert seen.inputs["idempotency_key"] == form.idempotency_key


def test_a_full_or_absent_link_worker_is_shown_but_cannot_be_chosen() -> None:
    html = render(samples.CONSOLE, "allocate.html", samples.FRAME, samples.allocation())
    options = {str(a["value"]): "disabled" in a for tag, a in Seen(html).elements if tag == "option"}
    assert [options[worker] for worker in ("w1", "w2", "w3")] == [False, True, True]
    assert "Priya Nair, weight 12 of 40" in html
    assert "Alex Reid, weight 40 of 40 (full)" in html
    assert "Sam Lowe, weight 3 of 20 (away)" in html


@pytest.mark.parametrize("status", [403, 404, 409, 422, 500, 418])
def test_an_error_says_what_happened_and_what_to_do(status: int) -> None:
    problem = Problem(status=status, sentence="It is gone.", next="Go back.")
    said = Seen(render(samples.CONSOLE, "error.html", samples.OUTSIDE, problem)).said()
    assert "It is gone. Go back." in said
    assert f"Error {status}" in said


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, ["decision"]),
        ({"decision": "burn"}, ["decision"]),
        ({"decision": "accept"}, []),
        ({"decision": "decline"}, []),
        ({"decision": "reject", "feedback": " "}, ["reject_reason", "feedback"]),
        ({"decision": "redirect", "redirect_to": "RP1"}, ["redirect_reason"]),
    ],
)
def test_a_triage_decision_is_asked_for_what_it_needs(typed: dict[str, str], fields: list[str]) -> None:
    assert [mistake.field for mistake in answers.triage_mistakes(typed)] == fields


def _contact(day: str, month: str, year: str, time: str) -> dict[str, str]:
    return {"medium": "02", "day": day, "month": month, "year": year, "time": time}


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, ["medium", "day", "time"]),
        (_contact("21", "11", "2026", "14:02"), []),
        (_contact("21", "11", "2026", "14:03"), ["time"]),
        (_contact("22", "11", "2026", "09:00"), ["day"]),
        (_contact("29", "2", "2026", "09:00"), ["day"]),
        (_contact("1", "1", "26", "9.30"), ["day"]),
        (_contact("¹", "1", "2026", "24:00"), ["day", "time"]),
    ],
)
def test_a_first_contact_is_a_real_moment_in_the_past(typed: dict[str, str], fields: list[str]) -> None:
    assert [mistake.field for mistake in answers.first_contact_mistakes(typed, samples.NOW)] == fields


@pytest.mark.parametrize(
    ("typed", "number"),
    [("7", 7), ("0", 0), ("999999999", 999_999_999), ("1000000000", None), ("²", None), ("-1", None), ("", None)],
)
def test_a_number_in_an_address_or_a_form_is_read_or_is_none(typed: str, number: int | None) -> None:
    assert answers.read_number({"from": typed}, "from") == number
    assert answers.read_number({}, "from") is None


def test_a_time_typed_in_summer_is_london_time() -> None:
    moment = answers.contact_time(_contact("1", "7", "2026", "9.30"))
    assert moment.astimezone(UTC) == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sentence", "decision", "field", "said"),
    [
        (
            "held_at lies before the referral was received",
            "",
            "day",
            "The date and time lie before the referral was received",
        ),
        (
            "feedback is longer than 10000 characters",
            "reject",
            "feedback",
            "What the referrer should know is longer than 10000 characters",
        ),
        ("reason must be one of 01, 02", "reject", "reject_reason", "The reason must be one of those on the list"),
        ("reason must be one of capacity", "", "reason", "The reason must be one of those on the list"),
        ("Jo Bell has no room for more", "", "", "Jo Bell has no room for more"),
        ("this referral is waiting", "accept", "", "This referral is waiting"),
    ],
)
def test_a_refusal_stands_beside_its_question_in_the_words_of_the_form(
    sentence: str, decision: str, field: str, said: str
) -> None:
    assert answers.refused(sentence, {"decision": decision}) == Mistake(field=field, sentence=said)


def test_a_column_counts_what_it_does_not_show_and_is_empty_only_when_nothing_is_there() -> None:
    said = caseload(samples.full_board()).said()
    assert "Waiting 1,196 referrals" in said
    assert "See all 1,196 : Waiting" in said
    beyond = replace(samples.full_board(), columns=board.columns((), ("waiting",), {"waiting": 3}))
    assert "Nobody is waiting" not in caseload(beyond).said()
    none = replace(samples.full_board(), columns=board.columns((), ("waiting",)))
    assert "Nobody is waiting" in caseload(none).said()


def test_a_form_opened_from_a_filtered_board_leads_back_to_it() -> None:
    seen = caseload(replace(samples.full_board(), back="?back=%2Fcaseload%3Fpcn%3DU1"))
    steps = [a["href"] for tag, a in seen.elements if tag == "a" and "/referrals/" in (a["href"] or "")]
    assert steps
    assert all(str(step).endswith("?back=%2Fcaseload%3Fpcn%3DU1") for step in steps)


def test_a_message_is_left_only_where_that_is_known_to_be_safe() -> None:
    def said(safe: bool | None) -> str:
        reach = Reach(phone="01604 496 0123", safe_to_leave_message=safe)
        form = replace(samples.first_contact(), subject=replace(samples.SUBJECT, reach=reach))
        return Seen(render(samples.CONSOLE, "first_contact.html", samples.FRAME, form)).said()

    assert "Do not leave a message" in said(False)
    assert "It is safe to leave a message" in said(True)
    assert "Nobody has asked whether a message may be left" in said(None)


def test_a_language_is_told_by_its_name_where_we_know_it() -> None:
    assert [wording.language(code) for code in ("so", "pt-BR", "xx")] == ["Somali", "Portuguese (pt-BR)", "xx"]


def test_an_allocation_needs_a_link_worker_and_a_reason() -> None:
    missing = Mistake(field="link_worker", sentence="Select a link worker")
    assert answers.allocation_mistakes({"reason": "language"}) == (missing,)
    assert answers.allocation_mistakes({"link_worker": "w1", "reason": "language"}) == ()


def test_dates_times_and_numbers_are_written_as_the_nhs_writes_them() -> None:
    today = date(2026, 11, 21)
    assert wording.long_date(date(2026, 3, 4)) == "4 March 2026"
    days = [wording.days_ago(today - timedelta(days=n), today) for n in (0, 1, 3, -1, -4)]
    assert days == ["Today", "Yesterday", "3 days ago", "Tomorrow", "In 4 days"]
    assert wording.clock(datetime(2026, 7, 1, 13, 2, 11, tzinfo=UTC)) == "14:02:11"
    assert wording.nhs_number("9994313471") == "999 431 3471"
    assert [wording.count_of_days(n) for n in (0, 1, 1200)] == ["less than a day", "1 day", "1,200 days"]


def test_a_time_without_a_zone_is_not_shown() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        wording.clock(datetime(2026, 7, 1, 13, 2, 11))  # noqa: DTZ001 – that is the point


def test_the_address_of_an_asset_changes_when_any_asset_does(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    (tmp_path / "b.js").write_text("b")
    before = assets.read(tmp_path)
    (tmp_path / "b.js").write_text("c")
    after = assets.read(tmp_path)
    assert before.url("a.css") != after.url("a.css")
    assert after.find(before.hash, "a.css") is None
    found = after.find(after.hash, "a.css")
    assert found == assets.Asset(body=b"a", media_type="text/css; charset=utf-8")
    assert after.find(after.hash, "../secret") is None
    with pytest.raises(KeyError):
        after.url("missing.css")


def test_nothing_vendored_is_the_nhss_own_or_comes_from_elsewhere() -> None:
    files = assets.assets().files
    css = files["vendor/nhsuk/nhsuk-frontend.min.css"].body.decode()
    assert "frutiger" not in css.lower()
    assert "@font-face" not in css
    for address in re.findall(r"url\(([^)]*)\)", css):
        assert f"vendor/nhsuk/{address}" in files
    for path, asset in files.items():
        assert b"sourceMappingURL" not in asset.body
        assert b"registry" not in asset.body or not path.endswith("MANIFEST.json")
        assert not re.search(r"logo|favicon\.ico|opengraph|icon-\d", path)
