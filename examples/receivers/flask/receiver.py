"""A push receiver with Flask: verify first, then act once per order.

    pip install -r requirements.txt
    PUSH_KEYS=key-1:00112233445566778899aabbccddeeff PORT=8000 python3 receiver.py

GET /count prints how many pushes have taken effect, for mallcheck receiver --count. POST /fail has the next push fail
before it is recorded, for --fail, as a database that is away would. POST /slow?seconds=7 has the recording of the next
push take that long, for --slow, as a busy database would.
MISTAKE=name makes one of the mistakes that people make, to see the check that catches it.
"""
import base64
import hashlib
import hmac
import json
import os
import threading
import time

from flask import Flask, abort, jsonify, request

KEYS = {key_id: bytes.fromhex(digits) for key_id, digits in
        (entry.split(":", 1) for entry in os.environ["PUSH_KEYS"].split(","))}
TOLERANCE = 5 * 60  # seconds
MISTAKE = os.environ.get("MISTAKE", "")

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1 << 20
lock = threading.Lock()
done = set()  # orders whose top-up has been recorded; a table with a unique key in a real system
effects = 0
failing = threading.Event()
slow = []  # how many seconds the next recording takes


def signed_text(body, version, algorithm, timestamp):
    """The body as compact JSON with only its top-level members sorted, then the headers."""
    if MISTAKE == "raw-body-signed":
        return request.get_data() + f":{version}:{algorithm}:{timestamp}".encode()
    nested = MISTAKE == "nested-members-sorted"
    members = ",".join(json.dumps(name, ensure_ascii=False) + ":" +
                       json.dumps(body[name], ensure_ascii=MISTAKE == "non-ascii-escaped", separators=(",", ":"), sort_keys=nested)
                       for name in sorted(body))
    return f"{{{members}}}:{version}:{algorithm}:{timestamp}".encode()


def verify(body):
    """Returns why the push is refused, or None."""
    if MISTAKE == "nothing-verified":
        return None
    headers = [request.headers.get("x-lf-" + name, "") for name in ("notification-version", "algo", "timestamp", "signature")]
    version, algorithm, timestamp, signature = headers
    if MISTAKE == "unsigned-accepted" and not signature:
        return None
    if MISTAKE == "version-defaulted":
        version = version or "1.0"
    if not all((version, algorithm, timestamp, signature)):
        return "a header is missing"
    if algorithm != "HMAC-SHA1" and (MISTAKE == "algorithm-case-compared" or algorithm.upper() != "HMAC-SHA1"):
        return "unknown algorithm"
    age = time.time() - int(timestamp) / 1000
    too_old = age > TOLERANCE and MISTAKE != "old-accepted"
    if too_old or (age < -TOLERANCE and MISTAKE != "future-accepted"):
        return "the timestamp is too far from the clock"
    key_id, _, given = signature.partition("/")
    key = KEYS.get(key_id)
    if MISTAKE == "first-key-only":
        key = key if key_id == next(iter(KEYS)) else None
    if MISTAKE == "key-id-ignored":
        key = next(iter(KEYS.values()))
    if key is None:
        return "unknown key"

    def right(text):
        return base64.b64encode(hmac.new(key, text, hashlib.sha1).digest()).decode()
    text = signed_text(body, version, algorithm, timestamp)
    if MISTAKE == "body-alone-accepted" and hmac.compare_digest(right(text.rsplit(b"}:", 1)[0] + b"}"), given):
        return None
    if MISTAKE == "prefix-compared" and given and right(text).startswith(given):
        return None
    return None if hmac.compare_digest(right(text), given) else "the signature is wrong"


def record(order):
    """Records a top-up once, however often the push arrives. Returns whether it was new."""
    global effects
    if failing.is_set():
        if MISTAKE != "failure-stays":
            failing.clear()
        if MISTAKE == "remembered-before-acted":  # the repetition will be taken for known
            done.add(order)
        if MISTAKE == "acted-before-remembered":  # the repetition will be acted on again
            effects += 1
        raise OSError("the database is away")
    if MISTAKE == "checked-then-acted":  # two requests may both find the order new
        new = order not in done
        time.sleep(0.05)
        done.add(order)
        effects += new
        return new
    # A lock that is not waited for protects only work that is quick.
    held = lock.acquire(timeout=0.2 if MISTAKE == "lock-not-waited-for" else -1)
    try:
        new = order not in done
        if slow:
            time.sleep(slow.pop())
        if MISTAKE == "slow":  # the work is done before the response, one push at a time
            time.sleep(0.05)
        done.add(order)
        effects += 1 if MISTAKE == "every-push-acted-on" else 0 if MISTAKE == "never-acted" else new
        return new
    finally:
        if held:
            lock.release()


@app.before_request
def careless():
    """Mistakes that are made before a push is looked at."""
    if request.path == "/push" and MISTAKE == "everything-accepted":
        return "ok"
    if request.path == "/push" and MISTAKE == "everything-crashes":
        abort(500)
    return None


@app.route("/push", methods=["GET", "PUT", "POST"] if MISTAKE == "any-method-accepted" else ["POST"])
def push():
    if request.mimetype != "application/json" and MISTAKE != "any-media-type-accepted":
        abort(415)
    try:
        body = json.loads(request.get_data().decode("utf-8"))
    except (ValueError, RecursionError):
        if MISTAKE == "malformed-crashes":
            raise
        abort(400)
    if not isinstance(body, dict):
        abort(400)
    if MISTAKE == "acted-before-verified":
        record(body.get("orderNo"))
    problem = verify(body)
    if problem:
        return jsonify(operateCode="F", message=problem), 401
    if MISTAKE == "everything-refused" or MISTAKE == "one-accepted" and effects:
        abort(403)
    if not record(body.get("orderNo")) and MISTAKE == "repetition-refused":
        return jsonify(operateCode="F", message="already known"), 409
    return jsonify(operateCode="S", message="success")


@app.post("/fail")
def fail():
    failing.set()
    return "the next push fails"


@app.post("/slow")
def delay():
    slow.append(float(request.args["seconds"]))
    return "the next push takes long"


@app.get("/count")
def count():
    return str(effects)


if __name__ == "__main__":
    import logging
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app.run("127.0.0.1", int(os.environ.get("PORT", "8000")), threaded=True)
