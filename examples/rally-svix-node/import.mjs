// Imports a CSV file of people into Rally UXR, and waits for its webhooks instead of asking again and again.
//
//   RALLY_TOKEN=... RALLY_WEBHOOK_SECRET=whsec_... node import.mjs people.csv types.json 8804 [https://api.rallyuxr.com]
//
// Rally sends person_import.api.finished to http://<here>:8804/webhooks/rally, signed as Svix signs; the package svix
// checks that. Exit code 0: everybody is in. 1: some are not, named on stderr. 2: nothing was begun, or it was stopped.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "csv-parse/sync";
import { Webhook } from "svix";

const [file, typesFile, port, api = "https://api.rallyuxr.com"] = process.argv.slice(2);
const FIELDS = { email: "email", phone: "phone", first_name: "firstName", last_name: "lastName" };
const LISTS = { additional_emails: "additionalEmails", additional_phones: "additionalPhones" };
const PROPERTY = "properties.";
const BATCH = 500;
const ASK_AFTER_MS = 2_000;
const DEADLINE_MS = 8_000;

class Stopped extends Error {}

async function rally(method, path, body) {
  for (let attempt = 1; ; attempt += 1) {
    let trouble;
    let pause = 250 * 2 ** attempt;
    try {
      const response = await fetch(`${api}/api/public/v1${path}`, {
        method,
        redirect: "error",
        headers: { Authorization: `Bearer ${process.env.RALLY_TOKEN}`, "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(5_000),
      });
      const answer = { status: response.status, body: await response.json() };
      if ([401, 403].includes(answer.status)) throw new Stopped(`Rally refuses the token: ${answer.status}`);
      if (answer.status !== 429 && answer.status < 500) return answer;
      trouble = `status ${answer.status}`;
      pause = Math.max(pause, 1000 * Number(response.headers.get("retry-after") ?? 0));
    } catch (error) {
      if (error instanceof Stopped) throw error;
      trouble = error.cause?.message ?? error.message;
    }
    if (attempt === 5) throw new Stopped(`${method} ${path} failed ${attempt} times: ${trouble}`);
    await sleep(pause);
  }
}

// What webhooks told, by the id of the import; a copy changes nothing, and it may come before the answer to the import.
const finished = new Map();
const waiting = new Map();

function listen() {
  const webhook = new Webhook(process.env.RALLY_WEBHOOK_SECRET);
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    let event;
    try {
      event = webhook.verify(Buffer.concat(chunks).toString(), request.headers);
    } catch {
      response.writeHead(400).end();
      return;
    }
    response.writeHead(204).end();
    if (event._eventType === "person_import.api.finished") {
      finished.set(event.importId, event);
      waiting.get(event.importId)?.(event);
    }
  });
  return new Promise((resolve) => server.listen(Number(port), "127.0.0.1", () => resolve(server)));
}

async function outcome(importId) {
  const told = finished.get(importId) ?? (await Promise.race([
    new Promise((resolve) => waiting.set(importId, resolve)),
    sleep(ASK_AFTER_MS),
  ]));
  if (told) return told;
  for (let waited = ASK_AFTER_MS; waited < DEADLINE_MS; waited += 1_000) {
    const { status, body } = await rally("GET", `/imports/${importId}`);
    if (status === 200 && ["COMPLETED", "ERROR"].includes(body.status)) return body;
    await sleep(1_000);
  }
  return undefined;
}

async function propertyIds(rows) {
  const types = JSON.parse(await readFile(typesFile, "utf8"));
  const names = new Set(rows.flatMap((row) => Object.keys(row).filter((column) => column.startsWith(PROPERTY))));
  const ids = new Map();
  for (let cursor = ""; cursor !== undefined; ) {
    const { body } = await rally("GET", `/properties?size=100${cursor && `&startCursor=${encodeURIComponent(cursor)}`}`);
    for (const { name, propertyId, propertyType } of body.results) ids.set(name, { id: propertyId, type: propertyType });
    cursor = body.pageInfo.hasNextPage ? body.pageInfo.endCursor : undefined;
  }
  const missing = [...names].map((column) => column.slice(PROPERTY.length)).filter((name) => !ids.has(name));
  if (missing.length === 0) return ids;
  const wanted = missing.map((name) => ({ name, propertyType: types[name] ?? "STRING" }));
  const { status, body } = await rally("POST", "/properties/import", wanted);
  if (status !== 200 || body.errors?.length) throw new Stopped(`properties not made: ${JSON.stringify(body.errors)}`);
  for (const { personProperty: made } of body.results) ids.set(made.name, { id: made.propertyId, type: made.propertyType });
  return ids;
}

function typed(text, type) {
  if (type === "NUMBER") return Number(text);
  if (type === "BOOLEAN") return text.toLowerCase() === "true";
  if (type === "MULTI_SELECT") return text.split(";");
  return text;
}

// An empty cell keeps what Rally has, so it is not sent.
function person(row, ids) {
  const body = { properties: [] };
  for (const [column, text] of Object.entries(row)) {
    if (text === "") continue;
    if (FIELDS[column]) body[FIELDS[column]] = text;
    else if (LISTS[column]) body[LISTS[column]] = text.split(";");
    else if (column === "opted_out" && text.toLowerCase() === "true") body.isOptedOut = true;
    else if (column === "last_contact_date") body.lastContactDate = text;
    else if (column.startsWith(PROPERTY)) {
      const { id, type } = ids.get(column.slice(PROPERTY.length));
      body.properties.push({ propertyId: id, value: typed(text, type) });
    }
  }
  return body;
}

// A PUT removes from one person what it names for another: only people who name the same go together.
function batches(people) {
  const alike = new Map();
  for (const one of people) {
    const named = [...Object.keys(one), ...one.properties.map(({ propertyId }) => propertyId)].sort().join();
    const groups = alike.get(named) ?? alike.set(named, [[]]).get(named);
    if (groups.at(-1).length === BATCH) groups.push([]);
    groups.at(-1).push(one);
  }
  return [...alike.values()].flat();
}

async function main() {
  const rows = parse(await readFile(file), { columns: true, bom: true, skip_empty_lines: true });
  const newest = new Map(rows.map((row) => [row.email.toLowerCase(), row]));
  const server = await listen();
  const ids = newest.size > 0 ? await propertyIds(rows) : new Map();
  let failures = 0;
  const fail = (email, why) => {
    failures += 1;
    console.error(`not imported: ${email}: ${why}`);
  };
  for (const people of batches([...newest.values()].map((row) => person(row, ids)))) {
    const { status, body } = await rally("POST", "/people/import", { people });
    const ended = status === 202 && body.importId ? await outcome(body.importId) : undefined;
    if (ended?.status === "COMPLETED") {
      for (const one of ended.failedRecords ?? []) fail(one.email ?? one.personId, "Rally could not import the record");
    } else {
      const why = ended ? "the import ended in ERROR" : status === 202 ? "its outcome is unknown" : JSON.stringify(body);
      for (const one of people) fail(one.email, why);
    }
  }
  server.close();
  console.log(`${newest.size - failures} of ${newest.size} people imported`);
  return failures > 0 ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`stopped: ${error.message.split("\n")[0]}`);
    process.exit(2);
  },
);
