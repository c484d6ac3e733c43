"""Recomputes every vector beside this file and names each that differs. Python 3.9+, standard library only."""
import base64, hashlib, hmac, json, pathlib, re, sys
from urllib.parse import parse_qsl, unquote

class Number(str): """A number's text, as it was sent."""
class Object(list): """An object's (name, value) pairs, in the order they were sent."""
def need(ok, reason):
    if not ok: raise ValueError(reason)
def unique(pairs):
    need(len(pairs) == len(dict(pairs)), "repeated parameter")
    return Object(pairs)
def by_name(pairs): return Object(sorted(pairs, key=lambda pair: pair[0].encode("utf-8")))
def body_parameters(raw):
    body = json.loads(raw.decode("utf-8"), object_pairs_hook=unique, parse_int=Number, parse_float=Number,
                      parse_constant=lambda name: need(False, "not one JSON object"))
    need(isinstance(body, Object), "not one JSON object")
    written(body).encode("utf-8")  # refuses a lone surrogate
    return body
def path_parameters(template, path):
    segments = zip(template.split("/"), path.split("/"))
    return [(name[1:-1], unquote(text, errors="strict")) for name, text in segments if name.startswith("{")]
def written(value):
    if isinstance(value, Object): return "{" + ",".join(written(k) + ":" + written(v) for k, v in value) + "}"
    if isinstance(value, list): return "[" + ",".join(map(written, value)) + "]"
    return value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)

def request(vector, raw):
    need(not re.search("%(?![0-9A-Fa-f]{2})", vector["path"] + "?" + vector["query"]), "malformed percent-encoding")
    parts = {"query": parse_qsl(vector["query"], keep_blank_values=True, errors="strict"),
             "path": path_parameters(vector["template"], vector["path"]), "body": body_parameters(raw) if raw else []}
    pairs = unique([pair for part in vector["parts"] for pair in parts[part]])
    content = written(by_name((name, value) for name, value in pairs if name != "sign" and value not in ("", None)))
    return content, hashlib.md5(content.encode("utf-8")).hexdigest()
def push(vector, raw):
    key, (version, algo, timestamp) = vector["sign"].partition("/")[0], map(vector["headers"].get, HEADERS)
    need(algo == "HMAC-SHA1" and key in vector["keys"], "unknown key or algorithm")
    body = written(by_name(body_parameters(raw)))
    content = vector["join"].format(body=body, version=version, algo=algo, timestamp=timestamp)
    mac = hmac.new(bytes.fromhex(vector["keys"][key]), content.encode("utf-8"), "sha1").digest()
    return content, key + "/" + (mac.hex() if vector["encoding"] == "hex" else base64.b64encode(mac).decode())
HEADERS = ["x-lf-notification-version", "x-lf-algo", "x-lf-timestamp"]
REASONS = {json.JSONDecodeError: "not one JSON object", UnicodeDecodeError: "not valid UTF-8", UnicodeEncodeError: "lone surrogate"}

def problem(recompute, vector):
    try: content, sign = recompute(vector, bytes.fromhex(vector["bodyHex"]) or vector["body"].encode("utf-8"))
    except ValueError as error: content, sign = "", REASONS.get(type(error), str(error))
    if content != vector["content"]: return f"content is {content}, sign is {sign}"
    if (sign == (vector["error"] or vector["sign"])) != vector["verifies"]: return f"sign is {sign}"
total = failed = 0
for name, recompute in ("request.json", request), ("push.json", push):
    file = json.loads((pathlib.Path(__file__).parent / name).read_text("utf-8"))
    for vector in file["vectors"]:
        found = problem(recompute, {**file["defaults"], **vector})
        total, failed = total + 1, failed + bool(found)
        if found: print(f"{name}: {vector['name']}: {found}")
print(f"{total - failed} of {total} vectors passed")
sys.exit(failed > 0 or total == 0)
