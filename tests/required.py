"""What a machine must not lack: ``COIL_BRIDGE_TEST_REQUIRE="browser node"`` makes a skip a failure.

A newcomer without Chromium, PostgreSQL, PHP or Node.js gets the tests that can run, and is told how to get
the rest; CI names all, so that nothing is skipped there unnoticed.
"""

from __future__ import annotations

import os

import pytest


def skip_or_fail(what: str, reason: str) -> None:
    """Skip for want of ``what``, or fail where it is required."""
    if what in os.environ.get("COIL_BRIDGE_TEST_REQUIRE", "").split():
        pytest.fail(f"required here: {reason}", pytrace=False)
    pytest.skip(reason)
