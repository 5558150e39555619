"""What is written on a web socket at once is what anyone's web socket reads."""

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from commonweal.runtime.live.wire import frame, offered


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_message_of_any_length_is_one_text_frame(length: int) -> None:
    reader = ClientProtocol(parse_uri("ws://here"), state=State.OPEN, max_size=None)
    reader.receive_data(frame(b"x" * length))
    assert reader.events_received() == [Frame(Opcode.TEXT, b"x" * length)]
    assert reader.parser_exc is None


def test_a_server_that_offers_no_wire_is_told_nothing_at_once() -> None:
    assert offered({"extensions": {}})(b"anything") is False
    assert offered({})(b"anything") is False
