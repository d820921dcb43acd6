"""Somebody at a browser, and what browser tests need to know about it."""

import shutil

from playwright.sync_api import expect

from branches.tests.builders import PASSWORD

CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The machine may be busy with the rest of the suite; what is waited for is there or is not.
expect.set_options(timeout=20_000)
PC, PHONE = {"width": 1366, "height": 768}, {"width": 393, "height": 852}


class Visitor:
    """A person at a browser, and everything the browser complained about meanwhile."""

    def __init__(self, page, base):
        self.page, self.base = page, base
        self.complaints = []
        page.on("console", lambda message: self.complain(message) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self.note_request)

    def complain(self, message):
        # An answer with an error status is written to the console too; which status is right, the matrix says.
        if "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def note_request(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.complaints.append(f"outside: {request.url}")

    def open(self, path):
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, user):
        self.open("/login/")
        self.page.fill("input[name=username]", user.username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button.btn-primary")
        expect(self.page.locator("h1")).to_be_visible()
        return self
