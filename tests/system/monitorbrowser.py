# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in Chromium, by WebDriver (W3C): no more of it than is needed."""

import base64
import json
import urllib.request

from livenet import end, spawn, until

DRIVER = 9515


class Browser:
    """A headless Chromium that shows one page."""

    def __init__(self, driver, width, height, dark=False):
        self.driver, self.session = driver, None
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--no-first-run",
                     "--hide-scrollbars", f"--window-size={width},{height}"]
        if dark:
            arguments.append("--force-dark-mode")
        answer = driver.ask("POST", "/session", {"capabilities": {
            "alwaysMatch": {"goog:chromeOptions": {"args": arguments},
                            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = "/session/" + answer["sessionId"]
        # What a window may be small to is up to the system: say it again.
        self.ask("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": height,
                       "deviceScaleFactor": 1, "mobile": width < 500}})

    def ask(self, method, path, body=None):
        return self.driver.ask(method, self.session + path, body)

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script):
        return self.ask("POST", "/execute/sync",
                        {"script": script, "args": []})

    def complaints(self):
        """What the console has had since the last call."""
        return self.ask("POST", "/se/log", {"type": "browser"})

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("GET", "/screenshot")))

    def end(self):
        self.driver.ask("DELETE", self.session)


class Driver:
    """chromedriver, which starts browsers."""

    def __init__(self):
        self.process = spawn(["chromedriver", f"--port={DRIVER}"],
                             start_new_session=True)
        until(20, lambda: self.is_ready())

    def is_ready(self):
        try:
            return self.ask("GET", "/status")["ready"]
        except OSError:
            return False

    @staticmethod
    def ask(method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{DRIVER}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def end(self):
        end(self.process)
