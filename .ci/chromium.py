"""Drives headless Chromium through its debugging pipe, so that nothing beside it is needed."""
import base64
import json
import os
import select
import subprocess
import sys
import time

LIMIT = 60  # seconds for one answer of the browser


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, profile, hosts="MAP * ~NOTFOUND"):
        reads, self.send_to = os.pipe()
        self.receive_from, writes = os.pipe()

        def hand_over():  # Chromium reads descriptor 3 and writes descriptor 4
            spare = os.dup(writes), os.dup(reads)
            os.dup2(spare[1], 3)
            os.dup2(spare[0], 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--disable-background-networking", f"--host-resolver-rules={hosts}", "--remote-debugging-pipe",
             f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(3, 4), close_fds=True, preexec_fn=hand_over, stderr=subprocess.DEVNULL)
        os.close(reads)
        os.close(writes)
        self.count, self.rest, self.session, self.problems = 0, b"", None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")

    def call(self, method, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.send_to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + LIMIT
        while True:
            answer = self.receive(deadline)
            if answer.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.problems.append(json.dumps(answer["params"])[:400])
            if answer.get("id") == self.count:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]

    def receive(self, deadline):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.receive_from], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.receive_from, 1 << 20) if ready else b""
            if not data:
                sys.exit("the browser does not answer")
            self.rest += data
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            sys.exit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.protocol !== 'about:'", True)

    def until(self, expression, want):
        deadline = time.monotonic() + LIMIT
        while (got := self.value(expression)) != want:
            if time.monotonic() > deadline:
                sys.exit(f"{expression} is {got!r}, want {want!r}")
            time.sleep(0.05)

    def screen(self, width, height, dark):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        self.process.kill()
        self.process.wait()


def expect(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got!r}, want {want!r}")
