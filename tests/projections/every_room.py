"""What holds of every room: its rows are the same however its events came, and those of one ICS alone."""

import pytest

from commonweal.kernel import build, follow
from tests.projections.scene import Scene

_NEVER = 10**9
"""Events from which a room is built at once rather than followed."""


def same_rows(story: Scene, monkeypatch: pytest.MonkeyPatch, *, empty: tuple[str, ...] = ()) -> None:
    """In one batch, one by one, a few at a time or built at once. `empty`: the tables this story puts nothing into."""
    followed = story.rows()
    nothing = {table for table, rows in followed.items() if not rows}
    assert nothing == set(empty), f"else nothing is compared: {sorted(nothing)}"
    for size, build_from in ((follow.BATCH, _NEVER), (1, _NEVER), (7, _NEVER), (7, 1)):
        monkeypatch.setattr(follow, "BATCH", size)
        monkeypatch.setattr(follow, "BUILD_FROM", build_from)
        monkeypatch.setattr(build, "PIECE", size)
        story.empty()
        story.run(story.room().catch_up())
        again = story.rows()
        assert again == followed, (size, build_from, {table for table in followed if again[table] != followed[table]})


def nothing_crossed(story: Scene) -> None:
    """Of two ICSs that call everybody `Nene` and `Ptarmigan`."""
    assert "Ptarmigan" not in str(story.rows("QPM"))
    assert "Nene" not in str(story.rows("QMF"))
