// An app that inTandem asks for clients, page by page, on Express.
//
//   INTANDEM_TOKEN=... node app.mjs --port 8801 --file clients.json --api https://api.vcita.biz --app myimport
//
// GET /start?business_uid=...&staff_uid=... freezes the clients of the file and begins the import;
// inTandem then calls GET /app/clients/export, and tells the webhook what became of each page. GET /status shows it.

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import express from "express";

const { values: given } = parseArgs({
  options: { port: { type: "string" }, file: { type: "string" }, api: { type: "string" }, app: { type: "string" } },
});
const token = process.env.INTANDEM_TOKEN;
const own = `http://127.0.0.1:${given.port}`;
const LABELS = {
  external_id: "External ID",
  first_name: "First name",
  last_name: "Last name",
  email: "Email",
  phone: "Phone",
  address: "Address",
};
const SESSION_LIMIT = 50_000;

// business_uid -> what is being imported for it.
const imports = new Map();
// session_id -> page -> what became of it. It may be told before the start is answered, and about others' sessions.
const told = new Map();

function intandem(path, body) {
  return fetch(`${given.api}${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  });
}

async function readClients() {
  const { clients: rows } = JSON.parse(await readFile(given.file, "utf8"));
  const clients = [];
  const leftOut = [];
  for (const row of rows) {
    const entries = Object.keys(LABELS).map((name) => [name, row[name]]);
    const client = Object.fromEntries(entries.filter(([, value]) => value?.trim()));
    if (!client.first_name) leftOut.push({ external_id: row.external_id, email: row.email, why: "no first name" });
    else clients.push(client);
  }
  const tooMany = clients.splice(SESSION_LIMIT);
  for (const { external_id, email } of tooMany) leftOut.push({ external_id, email, why: "beyond 50,000" });
  return { clients, leftOut };
}

const app = express();
app.use(express.json());

app.get("/health", (request, response) => response.json({ status: "ok" }));

app.get("/start", async (request, response) => {
  const business = request.query.business_uid;
  const { clients, leftOut } = await readClients();
  const current = { clients, leftOut, sessions: imports.get(business)?.sessions ?? [], state: "running" };
  imports.set(business, current);
  const subscribed = await intandem("/platform/v1/webhook/subscribe", {
    event: "bulk_import/done",
    target_url: `${own}/webhooks/bulk_import`,
  });
  if (!subscribed.ok && subscribed.status !== 422) console.error(`no webhooks: ${subscribed.status}`);
  const started = await intandem(`/business/clients/v1/apps/${given.app}/import`, {
    fields_mapping: LABELS,
    import_params: { should_override: true, upload_type: "single" },
  });
  if (!started.ok) {
    imports.delete(business);
    return response.status(502).json({ error: `inTandem refused the import: ${started.status}` });
  }
  const { data } = await started.json();
  current.sessions.push(data?.session_id);
  response.json({ clients: clients.length, left_out: leftOut });
});

app.get("/app/clients/export", (request, response) => {
  const { business_uid: business, page, per_page: perPage } = request.query;
  const current = imports.get(business);
  if (!current) return response.status(404).json({ error: "no import of this business is running" });
  if (page === "-1") {
    current.state = "done";
    return response.json({ data: { clients: [] } });
  }
  if (!/^[1-9]\d*$/.test(page) || !/^[1-9]\d*$/.test(perPage)) {
    return response.status(400).json({ error: "page and per_page are whole numbers from 1 on" });
  }
  const start = (Number(page) - 1) * Number(perPage);
  response.json({ data: { clients: current.clients.slice(start, start + Number(perPage)) } });
});

// What became of a page; told more than once it counts once.
app.post("/webhooks/bulk_import", (request, response) => {
  response.sendStatus(204);
  const { session_id: session, page, clients_import_status: status } = request.body?.data ?? {};
  if (!status) return;
  if (!told.has(session)) told.set(session, new Map());
  told.get(session).set(page, status);
});

app.get("/status", (request, response) => {
  const shown = {};
  for (const [business, { state, leftOut, sessions }] of imports) {
    const totals = { created: 0, updated: 0, skipped: 0, failed: 0 };
    const failed = [];
    for (const status of sessions.flatMap((session) => [...(told.get(session)?.values() ?? [])])) {
      for (const what of Object.keys(totals)) totals[what] += status[what]?.count ?? 0;
      failed.push(...(status.failed?.external_ids ?? []));
    }
    shown[business] = { state, ...totals, failed_ids: failed, left_out: leftOut };
  }
  response.json(shown);
});

app.use((error, request, response, next) => {
  console.error(error.message);
  response.status(500).json({ error: error.message });
});

app.listen(Number(given.port), "127.0.0.1");
