// Has Prism judge the answers of a run: node judge.mjs CACHE DOCUMENT run.json...
// Prism and the oracle of the suite read the same schemas with validators of their own. They
// must agree on every answer: where Prism finds a breach of a schema the run has a deviation,
// and where the run has a breach of a schema Prism finds one.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [cache, document, ...files] = process.argv.slice(2);
const most = 1000; // exchanges of a run
const prism = createRequire(join(cache, "node_modules/@stoplight/prism-cli/package.json"));
const { getHttpOperationsFromSpec } = prism("@stoplight/prism-http");
const { validateOutput } = prism("@stoplight/prism-http/dist/validator");

const operations = new Map((await getHttpOperationsFromSpec(document)).map((operation) => [operation.iid, operation]));

// onSuccess are the clauses of data, which only the oracle requires of a success: no schema of
// OpenAPI 3.0 says it, because refusals have the same status.
const onSuccess = /\/schema\/(properties\/data\/type|required\/data)$/;

// deviationsOf are those of an exchange; schema are the ones from the schema of its answer, told
// are all that its check tells of the operation until then. A check tells each deviation once,
// and the oracle tells many breaches of a schema as the rule over several operations.
function deviationsOf(result, index) {
  const about = (d) => result.exchanges[d.exchange]?.operation === result.exchanges[index].operation;
  const told = (result.deviations ?? []).filter((d) => d.exchange >= 0 && d.exchange <= index && !d.undocumented && about(d));
  const schema = told.filter(
    (d) => d.exchange === index && d.clause.includes("/responses/") && d.pointer?.startsWith("/") && !onSuccess.test(d.clause),
  );
  return { told, schema };
}

// bodyOf is the body of an answer as JSON; undefined when it is none.
function bodyOf(response) {
  try {
    return JSON.parse(response.body.text ?? response.body);
  } catch {
    return undefined;
  }
}

// redacted reports whether an answer is not the one that the oracle saw.
function redacted(response) {
  return JSON.stringify(response.body ?? "").includes("<redacted");
}

let judged = 0, deviating = 0;
const disagreements = [];
for (const file of files) {
  const run = JSON.parse(readFileSync(file, "utf8"));
  let left = most;
  for (const result of run.results) {
    for (const [index, exchange] of (result.exchanges ?? []).entries()) {
      const operation = operations.get(exchange.operation);
      const response = exchange.response;
      if (left <= 0 || !operation || !response || response.cut || redacted(response)) continue;
      const body = bodyOf(response);
      if (body === undefined || typeof body !== "object") continue;
      left--;
      judged++;
      const headers = Object.fromEntries((response.header ?? []).map((h) => [h.name.toLowerCase(), h.value]));
      const verdict = validateOutput({ resource: operation, element: { statusCode: response.status, headers, body } });
      const errors = verdict._tag === "Left" ? verdict.left.filter((e) => e.path?.[0] === "body") : [];
      const ours = deviationsOf(result, index);
      if (errors.length > 0) deviating++;
      if (errors.length > 0 ? ours.told.length === 0 : ours.schema.length > 0) {
        disagreements.push(`${result.id}, ${exchange.operation}: Prism says ${JSON.stringify(errors.slice(0, 2))}, the run ${JSON.stringify(ours.told.slice(0, 2).map((d) => d.clause))}`);
      }
    }
  }
}
if (disagreements.length > 0) {
  console.error(disagreements.slice(0, 10).join("\n"));
  console.error(`Prism and the oracle disagree on ${disagreements.length} of ${judged} answers`);
  process.exit(1);
}
console.log(`Prism and the oracle agree on ${judged} answers, ${deviating} of which deviate`);
