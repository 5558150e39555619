"""Laws that are tried with ever more histories, until chance has brought what they are about."""

from collections.abc import Callable, Collection

import pytest
from hypothesis import HealthCheck, settings


def tried(
    anything: Callable[[Callable[..., None]], Callable[..., None]],
    law: Callable[..., None],
    histories: int,
    missing: Callable[[], Collection[object]],
) -> None:
    """The law holds for `histories` of `anything` (`hypothesis.given`): for more of them while something is `missing`, for without it
    the law was hardly tried.

    Which histories there are depends on all that is loaded, as Hypothesis takes constants from it; so nothing is sure to be
    among the first.
    """
    for examples in (histories, 3 * histories, 9 * histories):
        settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])(anything(law))()
        if not missing():
            return
    pytest.fail(f"hardly tried, for this never happened: {missing()}")
