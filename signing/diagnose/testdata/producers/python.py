"""Prints what Python's libraries make of the bodies, one JSON object a line.

Run by produce, with simplejson, ujson, orjson, python-rapidjson and requests from PyPI and Debian's libjson-c5.
"""
import ctypes
import html
import json
import platform
import sys
from decimal import Decimal
from urllib.parse import quote, quote_plus, urlencode
from xml.sax.saxutils import escape

import orjson
import rapidjson
import requests
import simplejson
import ujson

json_c = ctypes.CDLL("libjson-c.so.5")
json_c.json_c_version.restype = json_c.json_object_to_json_string_ext.restype = ctypes.c_char_p
json_c.json_tokener_parse.restype = ctypes.c_void_p
json_c.json_object_to_json_string_ext.argtypes = [ctypes.c_void_p, ctypes.c_int]
PLAIN, SPACED, PRETTY, NO_SLASH_ESCAPE = 0, 1, 2, 16
python = "Python " + platform.python_version()
filled = lambda d: {k: d[k] for k in sorted(d) if d[k] not in ("", None)}
compact = {"separators": (",", ":")}

WAYS = {
    (python, "json.dumps(d)"): lambda d: json.dumps(d),
    (python, "json.dumps(d, sort_keys=True)"): lambda d: json.dumps(d, sort_keys=True),
    (python, "json.dumps(filled(d))"): lambda d: json.dumps(filled(d)),
    (python, "json.dumps(filled(d), ensure_ascii=False)"): lambda d: json.dumps(filled(d), ensure_ascii=False),
    (python, "json.dumps(filled(d), separators=(',', ':'))"): lambda d: json.dumps(filled(d), **compact),
    (python, "json.dumps(filled(d), indent=2)"): lambda d: json.dumps(filled(d), indent=2),
    (python, "json.dumps(filled(d), indent=4)"): lambda d: json.dumps(filled(d), indent=4),
    (python, "str(filled(d))"): lambda d: str(filled(d)),
    (python, "json.dumps(sorted(d.items()))"): lambda d: json.dumps(sorted(d.items())),
    (python, "urlencode(filled(d))"): lambda d: urlencode(filled(d)),
    (python, "urlencode(filled(d), doseq=True)"): lambda d: urlencode(filled(d), doseq=True),
    (python, "urlencode(filled(d), quote_via=quote)"): lambda d: urlencode(filled(d), quote_via=quote),
    (python, "'&'.join(f'{k}={v}')"): lambda d: "&".join(f"{k}={v}" for k, v in filled(d).items()),
    (python, "''.join(f'{k}{v}')"): lambda d: "".join(f"{k}{v}" for k, v in filled(d).items()),
    (python, "''.join(str(v))"): lambda d: "".join(str(v) for v in filled(d).values()),
    (python, "json.dumps of html.escape(v)"): lambda d: json.dumps(texts(filled(d), html.escape), ensure_ascii=False, **compact),
    (python, "json.dumps of quote(v)"): lambda d: json.dumps(texts(filled(d), lambda v: quote(v, safe="")), **compact),
    (python, "json.dumps of quote_plus(v)"): lambda d: json.dumps(texts(filled(d), quote_plus), **compact),
    (python, "json.dumps of xml.sax.saxutils.escape(v)"): lambda d: json.dumps(texts(filled(d), escape), ensure_ascii=False, **compact),
    (python, "json.dumps with payAmount as float"): lambda d: money(d, lambda v: float(v)),
    (python, "json.dumps with payAmount as f'{v:,.2f}'"): lambda d: money(d, lambda v: f"{float(v):,.2f}"),
    (python, "json.dumps with payAmount as str(float(v))"): lambda d: money(d, lambda v: str(float(v))),
    (python, "json.dumps with payAmount as int"): lambda d: money(d, lambda v: int(float(v))),
    (python, "json.dumps with payAmount as str(int(v))"): lambda d: money(d, lambda v: str(int(float(v)))),
    (python, "json.dumps with payAmount as '%g'"): lambda d: money(d, lambda v: "%g" % float(v)),
    (python, "json.dumps with payAmount as Decimal in cents"): lambda d: money(d, lambda v: str(int(Decimal(v) * 100))),
    (python, "json.dumps in cp1252"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("cp1252"),
    (python, "json.dumps in latin-1, replaced"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("latin-1", "replace"),
    (python, "json.dumps in iso-8859-15"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("iso-8859-15"),
    (python, "json.dumps in gbk"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("gbk"),
    (python, "json.dumps in big5"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("big5", "replace"),
    (python, "json.dumps in shift_jis"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("shift_jis"),
    (python, "json.dumps in euc_kr"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("euc_kr", "replace"),
    (python, "json.dumps in utf-16"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("utf-16"),
    (python, "json.dumps in utf-32"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode("utf-32"),
    (python, "json.dumps in utf-8, read as latin-1"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode().decode("latin-1"),
    (python, "json.dumps in utf-8, read as cp1252"): lambda d: json.dumps(filled(d), ensure_ascii=False, **compact).encode().decode("cp1252"),
    ("simplejson " + simplejson.__version__, "dumps(filled(d))"): lambda d: simplejson.dumps(filled(d)),
    ("simplejson " + simplejson.__version__, "dumps(filled(d), ensure_ascii=False)"): lambda d: simplejson.dumps(filled(d), ensure_ascii=False, **compact),
    ("simplejson " + simplejson.__version__, "dumps(filled(d), for_json, encoded for HTML)"): lambda d: simplejson.dumps(filled(d), cls=simplejson.encoder.JSONEncoderForHTML, **compact),
    ("ujson " + ujson.__version__, "dumps(filled(d))"): lambda d: ujson.dumps(filled(d)),
    ("ujson " + ujson.__version__, "dumps(filled(d), encode_html_chars=True)"): lambda d: ujson.dumps(filled(d), encode_html_chars=True),
    ("orjson " + orjson.__version__, "dumps(d)"): lambda d: orjson.dumps(d),
    ("orjson " + orjson.__version__, "dumps(filled(d))"): lambda d: orjson.dumps(filled(d)),
    ("python-rapidjson " + rapidjson.__version__, "dumps(filled(d))"): lambda d: rapidjson.dumps(filled(d)),
    ("json-c " + json_c.json_c_version().decode(), "JSON_C_TO_STRING_SPACED, the default"): lambda d: with_json_c(d, SPACED),
    ("json-c " + json_c.json_c_version().decode(), "JSON_C_TO_STRING_PLAIN"): lambda d: with_json_c(d, PLAIN),
    ("json-c " + json_c.json_c_version().decode(), "JSON_C_TO_STRING_NOSLASHESCAPE"): lambda d: with_json_c(d, NO_SLASH_ESCAPE),
    ("json-c " + json_c.json_c_version().decode(), "JSON_C_TO_STRING_PRETTY"): lambda d: with_json_c(d, PRETTY),
    ("requests " + requests.__version__, "prepared parameters"): lambda d: requests.Request("GET", "http://a", params=filled(d)).prepare().url.split("?", 1)[1],
    ("requests " + requests.__version__, "prepared JSON body"): lambda d: requests.Request("POST", "http://a", json=filled(d)).prepare().body,
}


def with_json_c(d, flags):
    parsed = json_c.json_tokener_parse(json.dumps(filled(d)).encode())
    return json_c.json_object_to_json_string_ext(parsed, flags)


def texts(d, change):
    return {k: change(v) if isinstance(v, str) else v for k, v in d.items()}


def money(d, change):
    if "payAmount" not in d:
        return None
    return json.dumps(filled({**d, "payAmount": change(d["payAmount"])}), **compact)


with open(sys.argv[1], encoding="utf-8") as file:
    bodies = json.load(file)
for (library, way), produce in WAYS.items():
    for name, raw in bodies.items():
        try:
            text = produce(json.loads(raw))
        except UnicodeError:
            continue
        if text is None:
            continue
        if isinstance(text, str):
            text = text.encode()
        print(json.dumps({"library": library, "way": way, "body": name, "hex": text.hex()}))
