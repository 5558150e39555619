"""The ports of an installation: none is spoken of as ours that another program has."""

import socket

import msgspec

from commonweal.runtime.ports import where_numbers_are
from commonweal.runtime.settings import load
from tests.runtime.conftest import free_port

NAMES = ("relay", "follower")


def test_each_process_is_named_with_the_port_of_its_numbers() -> None:
    first = free_port(2)
    settings = msgspec.structs.replace(load({}), metrics_port=first)
    said = where_numbers_are(settings, NAMES)
    assert f"/metrics: {first} relay, {first + 1} follower;" in said
    assert "COMMONWEAL_METRICS_PORT names another" in said


def test_a_port_that_another_program_has_is_not_claimed() -> None:
    first = free_port(2)
    settings = msgspec.structs.replace(load({}), metrics_port=first)
    with socket.create_server(("127.0.0.1", first)):
        said = where_numbers_are(settings, NAMES)
        assert f"/metrics: {first + 1} follower; not shown, their ports cannot be had: {first} relay;" in said
        with socket.create_server(("127.0.0.1", first + 1)):
            said = where_numbers_are(settings, NAMES)
    assert "no numbers are shown for Prometheus" in said
    assert "COMMONWEAL_METRICS_PORT names another" in said
