"""Where each choice is read from, and what is said of one that cannot be."""

from pathlib import Path

import pytest

from commonweal.domain.message import Refused
from commonweal.runtime.settings import environment, load


def test_a_file_is_weaker_than_the_environment_which_is_weaker_than_a_variables_file(tmp_path: Path) -> None:
    (tmp_path / "commonweal.toml").write_text('port = 8001\nmllp_port = 8002\nhost = "::1"\n')
    (tmp_path / "port").write_text("8003\n")
    environ = {
        "COMMONWEAL_DATA": str(tmp_path),
        "COMMONWEAL_PORT": "8004",
        "COMMONWEAL_MLLP_PORT": "8005",
        "COMMONWEAL_PORT_FILE": str(tmp_path / "port"),
    }
    settings = load(environ)
    assert (settings.port, settings.mllp_port, settings.host) == (8003, 8005, "::1")


def test_the_file_may_be_named_and_name_the_data_folder(tmp_path: Path) -> None:
    file = tmp_path / "chosen.toml"
    file.write_text(f'data = "{tmp_path}/there"\n')
    assert load({"COMMONWEAL_CONFIG": str(file)}).data == tmp_path / "there"
    assert load({"COMMONWEAL_CONFIG": str(file), "COMMONWEAL_DATA": "/elsewhere"}).data == Path("/elsewhere")


def test_a_process_reads_the_same_settings_from_the_environment_it_is_given(tmp_path: Path) -> None:
    outside = {
        "COMMONWEAL_DATABASE_URL": "host=db",
        "COMMONWEAL_VAULT_URL": "host=vault",
        "COMMONWEAL_OIDC_ISSUER": "https://id.example",
    }
    settings = load({"COMMONWEAL_DATA": str(tmp_path), "COMMONWEAL_PLATFORM_KEY_FILE": "/run/key", **outside})
    assert settings.platform_key_path == Path("/run/key")
    assert load(environment(settings)) == settings


def test_a_variable_without_a_value_is_no_choice(tmp_path: Path) -> None:
    assert load({"COMMONWEAL_DATA": str(tmp_path), "COMMONWEAL_NATS_URL": ""}).nats_url is None


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"COMMONWEAL_PROT": "1"}, "COMMONWEAL_PROT is not a setting"),
        ({"COMMONWEAL_PORT": "eighty"}, "COMMONWEAL_PORT cannot be 'eighty'"),
        ({"COMMONWEAL_PORT": "70000"}, "COMMONWEAL_PORT cannot be '70000'"),
        ({"COMMONWEAL_MLLP_PORT": "8000"}, "COMMONWEAL_PORT and COMMONWEAL_MLLP_PORT are both 8000"),
        ({"COMMONWEAL_ENVIRONMENT": "staging"}, "COMMONWEAL_ENVIRONMENT cannot be 'staging'"),
        ({"COMMONWEAL_DATABASE_URL": "host=db"}, "COMMONWEAL_DATABASE_URL needs COMMONWEAL_VAULT_URL"),
        (
            {"COMMONWEAL_DATABASE_URL_FILE": "/nowhere"},
            "COMMONWEAL_DATABASE_URL_FILE names /nowhere, which cannot be read",
        ),
        ({"COMMONWEAL_CONFIG": "/nowhere.toml"}, "the settings file /nowhere.toml does not exist"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(tmp_path: Path, environ: dict[str, str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        load({"COMMONWEAL_DATA": str(tmp_path), **environ})


@pytest.mark.parametrize(
    ("line", "words"),
    [("prot = 1", "prot is not a setting"), ("port = true", "port cannot be True"), ("port", "cannot be read")],
)
def test_what_cannot_be_in_the_file_is_refused_with_its_place(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "commonweal.toml").write_text(line)
    with pytest.raises(Refused, match=words) as refusal:
        load({"COMMONWEAL_DATA": str(tmp_path)})
    assert str(tmp_path / "commonweal.toml") in str(refusal.value)
