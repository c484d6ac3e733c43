"""The sign of a request: the MD5 of its sorted, non-empty parameters as compact JSON."""

import hashlib
import json


def sign_content(parameters):
    kept = {name: value for name, value in parameters.items() if name != "sign" and value not in ("", None)}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sign(parameters):
    return hashlib.md5(sign_content(parameters).encode("utf-8", "surrogatepass")).hexdigest()
