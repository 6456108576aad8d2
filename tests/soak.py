"""`make soak`: the tests that try a threat many times, at full length, and what they tried as a table.

A test takes its number of cases from `cases(quick, full)` and says with `record_property("cases", n)` how
many it tried; `make test` runs the same test with the quick number.
"""

import os


def cases(quick: int, full: int) -> int:
    """How many cases a test tries: the full number in `make soak`."""
    return full if os.environ.get("READOUT_SOAK") else quick
