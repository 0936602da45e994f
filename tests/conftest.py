"""The order of the tests: browser ones last, since Playwright keeps an event loop running.
What tests render and share stays in a folder of their own."""

import os
import tempfile

OWN = tempfile.mkdtemp(prefix="gradreel-tests-")
os.environ.setdefault("GRADREEL_DATA_DIR", os.path.join(OWN, "data"))
os.environ.setdefault("GRADREEL_CACHE_DIR", os.path.join(OWN, "cache"))


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: "/browser/" in str(item.path))
