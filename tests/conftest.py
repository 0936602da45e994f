"""The order of the tests: browser ones last, since Playwright keeps an event loop running."""


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: "/browser/" in str(item.path))
