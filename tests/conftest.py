"""What all tests share. They test the installed wheel, never the source tree."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("fast", max_examples=50, deadline=None)
settings.register_profile(
    "soak", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("soak" if os.environ.get("COALFACE_SOAK") else "fast")


@pytest.fixture(scope="session")
def project() -> Path:
    """Root of the source tree, for tests that read the project's own files."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def script_path() -> str:
    """Value of `PATH` under which `coalface` is the installed program."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
