"""A real browser for tests of pages."""

import shutil

import pytest

from helpers.commands import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Debian's Chromium would look for updates, and it has no sandbox in a container.
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def browsed(browser):
    """Open a page at an address, which keeps its network requests and its error messages."""
    pages = []

    def open_page(address, **options):
        page = browser.new_page(**{"viewport": {"width": 1100, "height": 900}, **options})
        page.set_default_timeout(1000 * PATIENCE)
        pages.append(page)
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
        page.goto(address)
        return page

    yield open_page
    for page in pages:
        page.close()
