"""Tests against the shared lists are collected only where these are."""

from __future__ import annotations

from labels.formats.shared_lists import SHARED

collect_ignore_glob = [] if SHARED is not None else ["test_shared_*.py"]
