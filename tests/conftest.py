"""Shared by all tests."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Compiled networks of tests stay out of the user's cache, those of child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALANDDET_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
