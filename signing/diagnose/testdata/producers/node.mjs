// Prints what Node and libraries of npm make of the bodies, one JSON object a line.
// Run by produce, which installs the libraries named in package.json.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import querystring from "node:querystring";

const require = createRequire(process.cwd() + "/");
const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;
const qs = require("qs");
const axios = require("axios");
const stable = require("fast-json-stable-stringify");
const jquery = require("jquery-param");
const serialize = require("serialize-javascript");
const jsesc = require("jsesc");
const he = require("he");

const filled = (d) => Object.fromEntries(Object.entries(d).filter(([, v]) => v !== "" && v !== null).sort(([a], [b]) => (a < b ? -1 : 1)));
const node = "Node " + process.versions.node;
const pairs = (d) => Object.entries(filled(d));
const money = (change) => (d) => (d.payAmount === undefined ? null : JSON.stringify(filled({ ...d, payAmount: change(d.payAmount) })));
const texts = (d, change) => Object.fromEntries(Object.entries(d).map(([k, v]) => [k, typeof v === "string" ? change(v) : v]));

const ways = [
  [node, "JSON.stringify(d)", (d) => JSON.stringify(d)],
  [node, "JSON.stringify(filled(d))", (d) => JSON.stringify(filled(d))],
  [node, "JSON.stringify(d, Object.keys(d).sort())", (d) => JSON.stringify(d, Object.keys(d).sort())],
  [node, "JSON.stringify(filled(d), null, 2)", (d) => JSON.stringify(filled(d), null, 2)],
  [node, "JSON.stringify(filled(d), null, '\\t')", (d) => JSON.stringify(filled(d), null, "\t")],
  [node, "JSON.stringify(JSON.stringify(filled(d)))", (d) => JSON.stringify(JSON.stringify(filled(d)))],
  [node, "JSON.stringify(Object.entries(filled(d)))", (d) => JSON.stringify(pairs(d))],
  [node, "String(filled(d))", (d) => String(filled(d))],
  [node, "querystring.stringify", (d) => querystring.stringify(filled(d))],
  [node, "new URLSearchParams(filled(d))", (d) => new URLSearchParams(filled(d)).toString()],
  [node, "`${k}=${v}` joined by &", (d) => pairs(d).map(([k, v]) => `${k}=${v}`).join("&")],
  [node, "`${k}=${v}` joined by & and &key=", (d) => pairs(d).map(([k, v]) => `${k}=${v}`).join("&") + "&key="],
  [node, "`${k}=${JSON.stringify(v)}` joined by &", (d) => pairs(d).map(([k, v]) => `${k}=${JSON.stringify(v)}`).join("&")],
  [node, "encodeURIComponent of names and values", (d) => pairs(d).map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join("&")],
  [node, "k + v joined", (d) => pairs(d).map(([k, v]) => k + v).join("")],
  [node, "Object.values joined", (d) => Object.values(filled(d)).join("")],
  [node, "encodeURIComponent(JSON.stringify(filled(d)))", (d) => encodeURIComponent(JSON.stringify(filled(d)))],
  [node, "encodeURI(JSON.stringify(filled(d)))", (d) => encodeURI(JSON.stringify(filled(d)))],
  [node, "escape(JSON.stringify(filled(d)))", (d) => escape(JSON.stringify(filled(d)))],
  [node, "localeCompare for sorting", (d) => JSON.stringify(Object.fromEntries(pairs(d).sort(([a], [b]) => a.localeCompare(b))))],
  [node, "sorted by length", (d) => JSON.stringify(Object.fromEntries(pairs(d).sort(([a], [b]) => a.length - b.length)))],
  [node, "latin1", (d) => Buffer.from(JSON.stringify(filled(d)), "latin1")],
  [node, "utf16le", (d) => Buffer.from(JSON.stringify(filled(d)), "utf16le")],
  [node, "payAmount as Number(v)", money(Number)],
  [node, "payAmount as String(Number(v))", money((v) => String(Number(v)))],
  [node, "payAmount as toFixed(1)", money((v) => Number(v).toFixed(1))],
  [node, "payAmount as toLocaleString('en-US')", money((v) => Number(v).toLocaleString("en-US", { minimumFractionDigits: 2 }))],
  [node, "payAmount as toLocaleString('de-DE')", money((v) => Number(v).toLocaleString("de-DE", { minimumFractionDigits: 2 }))],
  [version("qs"), "stringify(filled(d))", (d) => qs.stringify(filled(d))],
  [version("qs"), "stringify(filled(d), {arrayFormat: 'brackets'})", (d) => qs.stringify(filled(d), { arrayFormat: "brackets" })],
  [version("qs"), "stringify(filled(d), {arrayFormat: 'repeat'})", (d) => qs.stringify(filled(d), { arrayFormat: "repeat" })],
  [version("qs"), "stringify(filled(d), {arrayFormat: 'comma'})", (d) => qs.stringify(filled(d), { arrayFormat: "comma" })],
  [version("qs"), "stringify(filled(d), {encode: false})", (d) => qs.stringify(filled(d), { encode: false })],
  [version("qs"), "stringify(filled(d), {format: 'RFC1738'})", (d) => qs.stringify(filled(d), { format: "RFC1738" })],
  [version("axios"), "getUri({params: filled(d)})", (d) => axios.getUri({ url: "", params: filled(d) }).replace(/^\?/, "")],
  [version("jquery-param"), "param(filled(d))", (d) => jquery(filled(d))],
  [version("fast-json-stable-stringify"), "stringify(filled(d))", (d) => stable(filled(d))],
  [version("serialize-javascript"), "serialize(filled(d), {isJSON: true})", (d) => serialize(filled(d), { isJSON: true })],
  [version("jsesc"), "jsesc(filled(d), {json: true})", (d) => jsesc(filled(d), { json: true })],
  [version("he"), "JSON.stringify of he.encode(v)", (d) => JSON.stringify(texts(filled(d), (v) => he.encode(v)))],
  [version("he"), "JSON.stringify of he.escape(v)", (d) => JSON.stringify(texts(filled(d), (v) => he.escape(v)))],
];

const bodies = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const [library, way, produce] of ways) {
  for (const [name, raw] of Object.entries(bodies)) {
    const text = produce(JSON.parse(raw));
    if (text !== null) console.log(JSON.stringify({ library, way, body: name, hex: Buffer.from(text).toString("hex") }));
  }
}
