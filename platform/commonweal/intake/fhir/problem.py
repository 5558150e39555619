"""Why a message is not taken, in the words of the Booking and Referral Standard."""

from collections.abc import Mapping
from typing import Final

BAD_REQUEST: Final = "REC_BAD_REQUEST"
UNAUTHORIZED: Final = "REC_UNAUTHORIZED"
FORBIDDEN: Final = "REC_FORBIDDEN"
NOT_FOUND: Final = "REC_NOT_FOUND"
METHOD_NOT_ALLOWED: Final = "REC_METHOD_NOT_ALLOWED"
CONFLICT: Final = "REC_CONFLICT"
TOO_LARGE: Final = "REC_PAYLOAD_TOO_LARGE"
UNSUPPORTED_MEDIA_TYPE: Final = "REC_UNSUPPORTED_MEDIA_TYPE"
UNPROCESSABLE: Final = "REC_UNPROCESSABLE_ENTITY"
TOO_MANY: Final = "REC_TOO_MANY_REQUESTS"
SERVER_ERROR: Final = "REC_SERVER_ERROR"
UNAVAILABLE: Final = "REC_SERVICE_UNAVAILABLE"

PROBLEMS: Final[Mapping[str, tuple[int, str]]] = {
    BAD_REQUEST: (400, "invalid"),
    UNAUTHORIZED: (401, "login"),
    FORBIDDEN: (403, "forbidden"),
    NOT_FOUND: (404, "not-found"),
    METHOD_NOT_ALLOWED: (405, "not-supported"),
    CONFLICT: (409, "duplicate"),
    TOO_LARGE: (413, "too-long"),
    UNSUPPORTED_MEDIA_TYPE: (415, "not-supported"),
    UNPROCESSABLE: (422, "processing"),
    TOO_MANY: (429, "throttled"),
    SERVER_ERROR: (500, "exception"),
    UNAVAILABLE: (503, "transient"),
}
"""Error code → (HTTP status, FHIR R4 issue type). The codes are those a BaRS receiver answers with (NHSDigital,
booking-and-referral-fhir-api, failure scenarios); 413 and 415 are named after their pattern."""


class NotTaken(Exception):  # noqa: N818 – an answer
    """A message that cannot be taken: one of `PROBLEMS`, and a sentence that quotes nothing of it."""

    def __init__(self, error: str, sentence: str) -> None:
        super().__init__(sentence)
        self.error = error
