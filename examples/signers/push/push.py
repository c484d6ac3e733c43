"""Signs pushes, one JSON line each, as mallcheck signer --push writes them: mallcheck signer --push -- python3 push.py"""
import base64
import hashlib
import hmac
import json
import sys

for line in sys.stdin:
    vector = json.loads(line)
    try:
        headers = vector["headers"]
        body = json.loads(bytes.fromhex(vector["bodyHex"]).decode() if "bodyHex" in vector else vector["body"])
        members = json.dumps({name: body[name] for name in sorted(body)}, ensure_ascii=False, separators=(",", ":"))
        text = ":".join([members, headers["x-lf-notification-version"], headers["x-lf-algo"], headers["x-lf-timestamp"]])
        mac = hmac.new(bytes.fromhex(vector["key"]), text.encode(), hashlib.sha1).digest()
        print(vector["keyId"] + "/" + base64.b64encode(mac).decode())
    except (ValueError, KeyError, TypeError) as problem:
        print("error:", type(problem).__name__)
