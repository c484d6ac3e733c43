// Imports OpenAPI documents into Postman and Prism: node import.mjs CACHE DOCUMENT...
// Each document becomes a Postman collection with one request for each of its
// operations, and a Prism server that validates what it is sent. Every request
// of the one must be answered with success by the other.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { basename, join } from "node:path";

const [cache, ...documents] = process.argv.slice(2);
const installed = createRequire(join(cache, "package.json"));
const started = Date.now();

function collect(text) {
  const options = { parametersResolution: "Example", folderStrategy: "Tags" };
  return new Promise((resolve, reject) => {
    installed("openapi-to-postmanv2").convertV2({ type: "string", data: text }, options, (error, made) => {
      if (error || !made.result) reject(new Error(`Postman: ${error ?? made.reason}`));
      else resolve(made.output[0].data);
    });
  });
}

// requestsOf returns the requests of a collection, its folders followed.
function requestsOf(item) {
  return item.request ? [item] : (item.item ?? []).flatMap(requestsOf);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// withPrism runs a function while Prism serves a document.
async function withPrism(document, use) {
  const port = await freePort();
  const program = join(cache, "node_modules/@stoplight/prism-cli/dist/index.js");
  const prism = spawn(process.execPath, [program, "mock", "--errors", "-h", "127.0.0.1", "-p", `${port}`, document]);
  let said = "";
  prism.stdout.on("data", (text) => (said += text));
  prism.stderr.on("data", (text) => (said += text));
  const ended = once(prism, "exit");
  try {
    for (let waited = 0; !said.includes("Prism is listening"); waited += 50) {
      if (prism.exitCode !== null || waited > 30_000) throw new Error(`Prism does not listen:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    prism.kill();
    await ended;
  }
}

// send sends one request of a collection and returns what is wrong with its answer.
async function send(address, { name, request }) {
  const path = request.url.path.map((part) => {
    const variable = request.url.variable.find(({ key }) => part === `:${key}`);
    return encodeURIComponent(variable ? variable.value : part);
  });
  const query = new URLSearchParams(request.url.query.filter(({ disabled }) => !disabled).map(({ key, value }) => [key, value ?? ""]));
  const headers = request.header.filter(({ disabled }) => !disabled).map(({ key, value }) => [key, value]);
  const answer = await fetch(`${address}/${path.join("/")}?${query}`, {
    method: request.method,
    headers,
    body: request.body?.raw || undefined,
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  let code;
  try {
    code = JSON.parse(text).operateCode;
  } catch {
    code = undefined;
  }
  return answer.status === 200 && code === "S" ? "" : `${name}: HTTP ${answer.status} ${text}`;
}

async function check(document) {
  const text = readFileSync(document, "utf8");
  const operations = text.match(/^ +operationId: /gm).length;
  const requests = requestsOf(await collect(text));
  if (requests.length !== operations) throw new Error(`Postman makes ${requests.length} requests of ${operations} operations`);
  const wrong = await withPrism(document, async (address) => {
    const all = [];
    for (const request of requests) all.push(await send(address, request));
    return all.filter(Boolean);
  });
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  return operations;
}

for (const document of documents) {
  try {
    console.log(`${basename(document)}: ${await check(document)} operations imported, each request of Postman accepted by Prism`);
  } catch (error) {
    console.error(`${basename(document)}: ${error.message}`);
    process.exitCode = 1;
  }
}
console.log(`imported in ${((Date.now() - started) / 1000).toFixed(1)} s`);
