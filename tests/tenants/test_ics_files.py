"""An ICS's file is used as a whole, or every problem in it is said at once."""

from datetime import date
from pathlib import Path

import pytest

from commonweal.domain import tenant, user
from commonweal.domain.workforce import link_worker
from tenants.ics import ICS
from tenants.ics_file import ICSFileWrong, read

EXAMPLES = Path(__file__).parents[2] / "tenants" / "examples"
DAY = date(2026, 4, 1)

WHOLE = """
ods = "QPM"
name = "Northamptonshire"
gss = "E54000059"
key_file = "keys/qpm.key"

[policies]
triage_days = 2
contact_attempts = 3
caseload_limit = 40
discharge_offer = "care_relationship"
offer_hours = 48

[[place]]
code = "E06000061"
name = "North Northamptonshire"

[[pcn]]
ods = "U35821"
name = "Kettering & South West Rural"
place = "E06000061"
from = 2019-07-01
practices = [
    { name = "Burton" },
    { ods = "K83001", name = "Mawsley", to = 2024-04-01 },
]

[[pcn]]
ods = "U53419"
name = "Rockingham Forest"
place = "E06000061"
from = 2020-01-01
practices = [{ ods = "K83001", name = "Mawsley", from = 2024-04-01 }]

[[federation]]
name = "A federation"
pcns = ["U35821", "U53419"]

[[trust]]
ods = "RNQ"
name = "Kettering General"
kind = "acute"
hl7v2_facilities = ["RNQ"]
mllp_line = 2
task_endpoint = "https://trust.example/fhir"
task_token_file = "secrets/rnq.token"

[[link_worker]]
id = "amber"
name = "Amber Example"
subject = "demo-amber"
employer = "GB-CHC-0000001"
pcns = ["U35821"]

[[user]]
subject = "demo-amber"
role = "link_worker"
scope = "link_worker:amber"
"""


def read_text(folder: Path, text: str) -> ICS:
    file = folder / "ics.toml"
    file.write_text(text, encoding="utf-8")
    return read(file)


def problems(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ICSFileWrong) as wrong:
        read_text(folder, text)
    return wrong.value.problems


def changed(old: str, new: str) -> str:
    assert WHOLE.count(old) == 1, old
    return WHOLE.replace(old, new)


def test_a_whole_file_is_read_as_written(tmp_path: Path) -> None:
    ics = read_text(tmp_path, WHOLE)
    assert (ics.ods, ics.gss, ics.database, ics.policies.offer_hours) == ("QPM", "E54000059", "main", 48)
    kettering, rockingham = ics.pcns
    burton, mawsley = kettering.practices
    assert (burton.ods, kettering.key(burton)) == (None, "U35821/burton")
    assert (mawsley.to, rockingham.practices[0].since) == (date(2024, 4, 1), date(2024, 4, 1))
    assert (ics.trusts[0].mllp_line, ics.trusts[0].task_token_file) == (2, "secrets/rnq.token")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('ods = "QPM"', "", "ods is missing"),
        ('ods = "QPM"', 'ods = "RNQ"', 'ods must be the ODS code of an ICS such as QPM, not "RNQ"'),
        ('gss = "E54000059"', 'gss = "E5400"', 'gss must be the area code of an ICS such as E54000059, not "E5400"'),
        ('name = "Northamptonshire"', 'name = " "', 'name must be a name, not " "'),
        ('name = "Northamptonshire"', "name = 5", "name must be text in quotes, not 5"),
        (
            '"keys/qpm.key"',
            '"/etc/qpm.key"',
            'key_file must be a path inside the data folder, such as keys/qpm.key, not "/etc/qpm.key"',
        ),
        (
            '"keys/qpm.key"',
            '"../qpm.key"',
            'key_file must be a path inside the data folder, such as keys/qpm.key, not "../qpm.key"',
        ),
        (
            'key_file = "keys/qpm.key"',
            'key_file = "keys/qpm.key"\ndatabase = "Main 2"',
            'database must be small letters, digits and underscores, not "Main 2"',
        ),
        (
            'key_file = "keys/qpm.key"',
            'key_file = "keys/qpm.key"\ngiving_prefix = "nene"',
            'giving_prefix must be a prefix registered with 360Giving, such as 360G-Example, not "nene"',
        ),
        ("triage_days = 2", "triage_days = 0", "[policies]: triage_days must be from 1 to 60, not 0"),
        ("triage_days = 2", "triage_days = true", "[policies]: triage_days must be a whole number, not true"),
        (
            "triage_days = 2",
            "triage_weeks = 2",
            (
                "[policies]: there is no field triage_weeks; the fields here are"
                " triage_days, contact_attempts, caseload_limit, discharge_offer, offer_wards, offer_hours, gp_endpoint,"
                " gp_token_file, measures"
            ),
        ),
        (
            '"care_relationship"',
            '"everyone"',
            '[policies]: discharge_offer must be one of care_relationship, wards, not "everyone"',
        ),
        (
            '"care_relationship"',
            '"wards"',
            '[policies]: offer_wards is missing; discharge_offer = "wards" needs a list of them',
        ),
        (
            "offer_hours = 48",
            'offer_hours = 48\noffer_wards = ["A"]',
            '[policies]: offer_wards are only read with discharge_offer = "wards"',
        ),
        (
            "offer_hours = 48",
            "",
            "[policies]: offer_hours is missing; with a discharge_offer it says how soon it is made",
        ),
        ('code = "E06000061"', "", "[[place]] 1: code is missing"),
        (
            'code = "E06000061"',
            'code = "Kettering"',
            '[[place]] 1: code must be an area code such as E54000059, not "Kettering"',
        ),
        ('ods = "U35821"', 'ods = "X"', '[[pcn]] 1: ods must be an ODS code such as U96568, not "X"'),
        ('ods = "U35821"', 'ods = "U53419"', "[[pcn]] 2: ods U53419 is that of [[pcn]] 1 already"),
        (
            "from = 2019-07-01",
            'from = "yesterday"',
            '[[pcn]] 1: from must be a date such as 2024-04-01, not "yesterday"',
        ),
        (
            "from = 2020-01-01",
            "from = 2020-01-01\nto = 2019-01-01",
            "[[pcn]] 2: from 2020-01-01 must be before to 2019-01-01",
        ),
        ('{ name = "Burton" }', '"Burton"', '[[pcn]] 1, practices 1: this must be a table, not "Burton"'),
        (
            '{ name = "Burton" }',
            '{ name = "Burton", ods = "83" }',
            '[[pcn]] 1, practices 1: ods must be a practice code such as K83001, not "83"',
        ),
        (
            '{ name = "Burton" }',
            '{ name = "Burton", list_size = 14000 }',
            "[[pcn]] 1, practices 1: there is no field list_size; the fields here are name, ods, from, to",
        ),
        (
            '{ name = "Burton" }',
            '{ name = "Burton", from = 2018-01-01 }',
            "[[pcn]] 1, practices 1: from 2018-01-01 is before its PCN began, 2019-07-01",
        ),
        (
            '{ name = "Burton" }',
            '{ name = "Burton", to = 2019-07-01 }',
            "[[pcn]] 1, practices 1: from 2019-07-01 must be before to 2019-07-01",
        ),
        (
            '{ name = "Burton" }',
            '{ name = "Burton" }, { name = "Burton" }',
            "[[pcn]] 1, practices 2: U35821/burton is in [[pcn]] 1, practices 1 at the same time",
        ),
        (
            "from = 2024-04-01",
            "from = 2024-03-31",
            "[[pcn]] 2, practices 1: K83001 is in [[pcn]] 1, practices 2 at the same time",
        ),
        (
            'pcns = ["U35821", "U53419"]',
            'pcns = ["U00009"]',
            "[[federation]] 1: pcns U00009 is no [[pcn]] of this file",
        ),
        (
            'pcns = ["U35821", "U53419"]',
            'pcns = "U35821"',
            '[[federation]] 1: pcns must be a list, not "U35821"',
        ),
        ('ods = "RNQ"', 'ods = "RNQ01"', '[[trust]] 1: ods must be a trust\'s ODS code such as RP1, not "RNQ01"'),
        (
            'kind = "acute"',
            'kind = "cottage"',
            '[[trust]] 1: kind must be one of acute, community, mental_health, not "cottage"',
        ),
        ("mllp_line = 2", "mllp_line = 0", "[[trust]] 1: mllp_line must be from 1 to 999, not 0"),
        (
            'hl7v2_facilities = ["RNQ"]',
            "",
            "[[trust]] 1: hl7v2_facilities is missing; say what the trust calls itself in MSH-4",
        ),
        (
            '"https://trust.example/fhir"',
            '"http://trust.example/fhir"',
            '[[trust]] 1: task_endpoint must be an https:// address, not "http://trust.example/fhir"',
        ),
        (
            '"https://trust.example/fhir"',
            '"https://me:secret@trust.example/fhir"',
            ('[[trust]] 1: task_endpoint must be scheme, host, port and path only, not "https://…@trust.example/fhir"'),
        ),
        (
            'task_endpoint = "https://trust.example/fhir"',
            "",
            "[[trust]] 1: task_token_file needs a task_endpoint to be sent to",
        ),
        (
            'task_token_file = "secrets/rnq.token"',
            'told_by = "pigeon"',
            '[[trust]] 1: told_by must be one of post, stream, not "pigeon"',
        ),
        (
            'task_token_file = "secrets/rnq.token"',
            "out_days = 14",
            '[[trust]] 1: out_days are only read with told_by = "stream"',
        ),
        (
            'task_token_file = "secrets/rnq.token"',
            'told_by = "stream"\nout_days = 500',
            "[[trust]] 1: out_days must be from 1 to 90, not 500",
        ),
        (
            'id = "amber"',
            'id = "Amber E"',
            '[[link_worker]] 1: id must be letters, digits and . _ : / - only, not "Amber E"',
        ),
        (
            'pcns = ["U35821"]',
            'pcns = ["U35821"]\nlanguages = ["English"]',
            '[[link_worker]] 1: languages must be a language code such as en or so, not "English"',
        ),
        (
            'pcns = ["U35821"]',
            'pcns = ["U99999"]',
            "[[link_worker]] 1: pcns U99999 is no [[pcn]] of this file",
        ),
        (
            '"link_worker:amber"',
            '"link_worker:rowan"',
            "[[user]] 1: scope link_worker:rowan is no link_worker of this file",
        ),
        ('"link_worker:amber"', '"practice:K83999"', "[[user]] 1: scope practice:K83999 is no practice of this file"),
    ],
)
def test_each_problem_is_a_sentence_that_names_the_field(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert sentence in problems(tmp_path, changed(old, new))


def test_a_role_must_be_one_of_the_known_roles(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, changed('role = "link_worker"', 'role = "wizard"'))
    assert said.startswith("[[user]] 1: role must be one of administrator, ")
    assert said.endswith(', not "wizard"')


def test_all_problems_are_said_at_once_and_nothing_else(tmp_path: Path) -> None:
    text = changed('ods = "QPM"', "").replace("mllp_line = 2", 'mllp_line = "2"').replace('place = "E06000061"', "")
    assert problems(tmp_path, text.replace('pcns = ["U35821"]', 'pcns = ["U00009"]')) == (
        "ods is missing",
        '[[trust]] 1: mllp_line must be a whole number, not "2"',
        "[[link_worker]] 1: pcns U00009 is no [[pcn]] of this file",
    )


def test_two_trusts_cannot_share_a_port_or_a_facility(tmp_path: Path) -> None:
    second = """
        [[trust]]
        ods = "RNS"
        name = "Northampton General"
        hl7v2_facilities = ["RNQ"]
        mllp_line = 2
    """
    assert problems(tmp_path, WHOLE + second) == (
        "[[trust]] 2: mllp_line 2 is that of [[trust]] 1 already",
        "[[trust]] 2: hl7v2_facilities RNQ is that of [[trust]] 1 already",
    )


def test_two_pcns_may_each_have_a_practice_of_the_same_name(tmp_path: Path) -> None:
    text = changed("practices = [{ ods =", 'practices = [{ name = "Burton" }, { ods =')
    assert len(read_text(tmp_path, text).pcns[1].practices) == 2


def test_the_message_says_which_file_and_every_problem(tmp_path: Path) -> None:
    with pytest.raises(ICSFileWrong) as wrong:
        read_text(tmp_path, "")
    assert str(wrong.value).splitlines()[0] == f"{tmp_path}/ics.toml cannot be used:"
    assert "  pcn is missing" in str(wrong.value).splitlines()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"ods = ", "it is not TOML: "), (b"\xff", "it is not UTF-8 text"), (None, "it cannot be read: No such file")],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    file = tmp_path / "ics.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ICSFileWrong) as wrong:
        read(file)
    assert len(wrong.value.problems) == 1
    assert wrong.value.problems[0].startswith(sentence)


@pytest.mark.parametrize("name", ["northamptonshire", "north_east_london"])
def test_an_example_is_one_that_the_domain_accepts(name: str) -> None:
    ics = read(EXAMPLES / f"{name}.toml")
    command = ics.configuration(DAY)
    state = tenant.INITIAL
    for event in tenant.decide(state, command):
        state = tenant.evolve(state, event)
    assert state.ods == ics.ods
    assert tenant.decide(state, command) == ()
    for worker in ics.link_workers:
        engage = link_worker.EngageLinkWorker(
            display_name=worker.name,
            employer=worker.employer,
            pcns=worker.pcns,
            fte_percent=worker.fte_percent,
            languages=worker.languages,
            skills=worker.skills,
            engaged_on=DAY,
        )
        assert link_worker.decide(link_worker.INITIAL, engage)


@pytest.mark.parametrize("name", ["northamptonshire", "north_east_london"])
def test_an_example_has_a_user_of_each_role_but_a_person(name: str) -> None:
    users = read(EXAMPLES / f"{name}.toml").users
    assert {each.role for each in users} == user.ROLES - {"person"}
    assert all(user.decide(user.INITIAL, user.GrantUser(role=each.role, scope=each.scope)) for each in users)


def test_the_examples_share_no_port_and_no_way_in() -> None:
    trusts = [trust for file in sorted(EXAMPLES.glob("*.toml")) for trust in read(file).trusts]
    assert len({trust.mllp_line for trust in trusts}) == len(trusts) == 7
    assert len({trust.hl7v2_subject for trust in trusts}) == len(trusts)
    told_by_post = [trust for trust in trusts if trust.told_by != "stream"]
    assert all((trust.task_endpoint or "").startswith("http://127.0.0.1:") for trust in told_by_post)
    assert [trust.ods for trust in trusts if trust.told_by == "stream"] == ["RNQ"]


def test_northamptonshire_has_its_eleven_pcns_and_their_practices() -> None:
    pcns = read(EXAMPLES / "northamptonshire.toml").pcns
    assert {pcn.name: (pcn.ods, len(pcn.practices)) for pcn in pcns} == {
        "Northamptonshire Rural": ("U96568", 5),
        "Daventry": ("U79464", 2),
        "Blue": ("U52261", 5),
        "Royal Parks": ("U58673", 5),
        "Rockingham Forest": ("U53419", 3),
        "Brackley & Towcester": ("U07902", 4),
        "Kettering & South West Rural": ("U35821", 3),
        "M-WEB": ("U36651", 4),
        "The Arc Hub": ("U97651", 3),
        "Grand Union": ("U09187", 5),
        "MMWF": ("U40159", 5),
    }
    assert all(practice.ods is None for pcn in pcns for practice in pcn.practices)
