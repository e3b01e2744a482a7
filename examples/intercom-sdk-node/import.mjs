// Imports a CSV file of contacts into Intercom by its official Node SDK.
//
//   INTERCOM_TOKEN=... node import.mjs contacts.csv [https://api.intercom.io]
//
// Columns: external_id, email, name, phone, role, signed_up_at, and custom_attributes.NAME for each custom attribute.
// Exit code 0: every row is in. 1: some are not; each is named on stderr. 2: nothing was begun, or the run was stopped.

import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { parse } from "csv-parse";
import { IntercomClient, IntercomError } from "intercom-client";

const [file, environment = "https://api.intercom.io"] = process.argv.slice(2);
const token = process.env.INTERCOM_TOKEN;
if (!file || !token) {
  console.error("usage: INTERCOM_TOKEN=... node import.mjs contacts.csv [API]");
  process.exit(2);
}

// The SDK repeats what was answered 408, 429 or 5xx, and waits until X-RateLimit-Reset.
const intercom = new IntercomClient({ token, environment, timeoutInSeconds: 10, maxRetries: 4 });
const CUSTOM = "custom_attributes.";

async function readRows() {
  const rows = [];
  const parser = parse({ columns: true, bom: true, skip_empty_lines: true, info: true });
  parser.on("data", ({ record, info }) => rows.push({ line: info.lines, ...contact(record) }));
  await pipeline(createReadStream(file), parser);
  return rows;
}

// A record of the file as Intercom wants it; empty cells say nothing.
function contact(record) {
  const body = {};
  const custom = {};
  for (const [column, value] of Object.entries(record)) {
    if (value === "") continue;
    if (column.startsWith(CUSTOM)) custom[column.slice(CUSTOM.length)] = value;
    else if (column === "signed_up_at") body.signed_up_at = Number(value);
    else if (["external_id", "email", "name", "phone", "role"].includes(column)) body[column] = value;
  }
  if (Object.keys(custom).length > 0) body.custom_attributes = custom;
  return { body };
}

async function defineAttributes(rows) {
  const wanted = new Set(rows.flatMap(({ body }) => Object.keys(body.custom_attributes ?? {})));
  if (wanted.size === 0) return;
  const known = await intercom.dataAttributes.list({ model: "contact" });
  for (const attribute of known.data ?? []) wanted.delete(attribute.name);
  for (const name of wanted) {
    await intercom.dataAttributes.create({ name, model: "contact", data_type: "string" });
  }
}

// Somebody who is there already is named in the text of the 409, and nowhere else.
function conflicting(error) {
  if (!(error instanceof IntercomError) || error.statusCode !== 409) return undefined;
  const message = error.body?.errors?.[0]?.message ?? "";
  const id = /\bid=(\w+)/.exec(message)?.[1];
  return id && { id, archived: message.includes("archived contact") };
}

async function upsert(body) {
  try {
    await intercom.contacts.create(body);
    return "created";
  } catch (error) {
    const there = conflicting(error);
    if (!there) throw error;
    if (there.archived) await intercom.contacts.unarchive({ contact_id: there.id });
    await intercom.contacts.update({ contact_id: there.id, ...body });
    return there.archived ? "restored" : "updated";
  }
}

function reason(error) {
  const said = error.body?.errors?.[0]?.message;
  return said ? `${error.statusCode} ${said}` : (error.message ?? String(error)).split("\n")[0];
}

async function main() {
  const rows = await readRows();
  await defineAttributes(rows);
  const counts = { created: 0, updated: 0, restored: 0, failed: 0 };
  for (const { line, body } of rows) {
    try {
      counts[await upsert(body)] += 1;
    } catch (error) {
      if (error.statusCode === 401) throw error;
      counts.failed += 1;
      console.error(`line ${line}, ${body.external_id ?? ""} ${body.email ?? ""}: ${reason(error)}`);
    }
  }
  console.log(Object.entries(counts).map(([what, count]) => `${count} ${what}`).join(", "));
  return counts.failed > 0 ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`stopped: ${reason(error)}`);
    process.exit(2);
  },
);
