"""A real server and a real Chromium; a page that fails its test on any console error."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.helpers import PATIENCE

CHROMIUM = next(
    (p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None
)
expect.set_options(timeout=1000 * PATIENCE)
ARGUMENTS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
--disable-background-networking --disable-component-update""".split()


@pytest.fixture(scope="session", autouse=True)
def _chromium():
    if CHROMIUM is None and os.environ.get("CI"):
        pytest.fail("no Chromium here, and in CI the browser tests must run")
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM: the browser tests did not run; apt-get install chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "locale": "en-US"}


@pytest.fixture
def context(context):
    """Steps of a page wait as long as `expect` does; opening one may start a process that draws."""
    context.set_default_timeout(1000 * PATIENCE)
    context.set_default_navigation_timeout(2000 * PATIENCE)
    return context


@pytest.fixture(scope="session")
def server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "app", "serve", "--port", str(port)])
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(400):
            try:
                if urllib.request.urlopen(f"{base}/readyz", timeout=2).status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail("the server did not get ready")
        yield base
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def app(page, server):
    """The page with its first example on stage; no console error may have appeared at the end."""
    errors = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(server)
    page.wait_for_selector(".picture .card")
    expect(page.locator("#scrub")).not_to_have_attribute("max", "0")
    yield page
    assert errors == []
