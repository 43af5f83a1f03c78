"""Shared by all tests."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Compiled networks of tests stay out of the user's cache, those of child processes too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CALANDDET_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_collection_modifyitems(items):
    """Files with slow tests first: of several processes none begins with one when all else ends."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
