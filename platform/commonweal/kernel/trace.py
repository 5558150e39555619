"""Tracing: where a failure happened and which request it belongs to, told without a person's details."""

import traceback
from pathlib import Path


def where(failure: BaseException) -> str:
    """`ValueError at referral.py:120`: the kind of failure and its innermost place. Never its message, which may name a person."""
    frames = traceback.extract_tb(failure.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(failure).__name__}{place}"
