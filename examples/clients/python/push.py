"""Receives the pushes of the mall while the client runs: verify the bytes first, then compare with the order."""
import base64
import hashlib
import hmac
import json
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Takes pushes at /push of an address; without an address it does nothing."""

    def __init__(self, address, key, mistake):
        self.mistake, self.pushes, self.arrived = mistake, {}, threading.Condition()
        self.server = None
        if not address or not key or mistake == "no-receiver":
            return
        self.key_id, _, digits = key.partition(":")
        self.key = bytes.fromhex(digits)
        host, _, port = address.rpartition(":")
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(self.headers, body)
                answer = b'{"operateCode":"S","message":"success"}' if status == 200 else b'{"operateCode":"F","message":"refused"}'
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((host, int(port)), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def right(self, headers, body):
        key_id, _, given = headers.get("x-lf-signature", "").partition("/")
        members = ",".join(json.dumps(name, ensure_ascii=False) + ":" + json.dumps(value, ensure_ascii=False, separators=(",", ":"))
                           for name, value in sorted(json.loads(body).items()))
        content = "{" + members + "}"
        if self.mistake == "push-serialised-again":
            content = json.dumps(json.loads(body), sort_keys=True)
        text = ":".join([content, *(headers.get("x-lf-" + name, "") for name in ("notification-version", "algo", "timestamp"))])
        signature = base64.b64encode(hmac.new(self.key, text.encode(), hashlib.sha1).digest()).decode()
        return key_id == self.key_id and hmac.compare_digest(signature, given)

    def take(self, headers, body):
        """Returns the status that answers a push."""
        try:
            if self.mistake != "push-not-verified" and not self.right(headers, body):
                return 401
            push = json.loads(body)
        except (ValueError, AttributeError):
            return 400
        if self.mistake == "second-push-refused" and push["orderNo"] in self.pushes:
            return 409
        with self.arrived:
            self.pushes[push["orderNo"]] = push
            self.arrived.notify_all()
        return 200

    def wait(self, order):
        """Waits for the push of an order, and compares it with the order."""
        if not self.server or self.mistake == "push-not-awaited":
            return
        with self.arrived:
            if not self.arrived.wait_for(lambda: order["orderNo"] in self.pushes, 5):
                raise SystemExit("no push came for the order")
        push = self.pushes[order["orderNo"]]
        if Decimal(push["payAmount"]) != Decimal(order["payAmount"]) or push["payId"] != order["payId"]:
            raise SystemExit("the push is not about the order")
