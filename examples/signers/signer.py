"""Signs requests, one JSON line each, as mallcheck signer writes them: mallcheck signer -- python3 signer.py"""
import hashlib
import json
import sys
from urllib.parse import parse_qsl, unquote

for line in sys.stdin:
    vector = json.loads(line)
    try:
        body = bytes.fromhex(vector["bodyHex"]).decode() if "bodyHex" in vector else vector.get("body", "")
        parameters = dict(parse_qsl(vector.get("query", ""), keep_blank_values=True))
        template = vector.get("template", "").split("/")
        for name, value in zip(template, vector["path"].split("/")[-len(template):]):
            if name.startswith("{"):
                parameters[name[1:-1]] = unquote(value)
        if body:
            parameters.update(json.loads(body))
        parameters.pop("sign", None)
        kept = {name: parameters[name] for name in sorted(parameters) if parameters[name] not in ("", None)}
        content = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        print(hashlib.md5(content.encode()).hexdigest())
    except (ValueError, AttributeError, TypeError) as problem:
        print("error:", type(problem).__name__)
