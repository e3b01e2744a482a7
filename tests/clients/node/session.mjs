// One session of Intercom's Node SDK: node session.mjs BASE_URL, token in INTERCOM_TOKEN.
// Prints what the SDK made of each answer, as one JSON document.

import { IntercomClient, IntercomError } from "intercom-client";

const client = new IntercomClient({ token: process.env.INTERCOM_TOKEN, environment: process.argv[2] });
const PEOPLE = 7;

async function outcome(call) {
  try {
    return { ok: await call };
  } catch (error) {
    if (!(error instanceof IntercomError)) throw error;
    return { status: error.statusCode, body: error.body };
  }
}

async function ids(page) {
  const found = [];
  for await (const contact of page) found.push(contact.id);
  return found;
}

function person(n) {
  return { email: `person-${n}@example.com`, external_id: `id/${n} ü`, name: `Person ${n}`, role: "user" };
}

const created = [];
for (let n = 1; n <= PEOPLE; n += 1) created.push(await client.contacts.create(person(n)));
const { id } = created[0];

const everybody = { field: "role", operator: "=", value: "user" };
const session = {
  created,
  conflict: await outcome(client.contacts.create(person(1))),
  updated: await client.contacts.update({ contact_id: id, name: "Renamed" }),
  by_external_id: await client.contacts.showContactByExternalId({ external_id: person(2).external_id }),
  searched_one: await ids(
    await client.contacts.search({ query: { field: "email", operator: "=", value: person(3).email } }),
  ),
  searched: await ids(await client.contacts.search({ query: everybody, pagination: { per_page: 3 } })),
  listed: await ids(await client.contacts.list({ per_page: 3 })),
  archived: await client.contacts.archive({ contact_id: id }),
  gone: await outcome(client.contacts.find({ contact_id: id })),
  conflict_archived: await outcome(client.contacts.create(person(1))),
  unarchived: await client.contacts.unarchive({ contact_id: id }),
  back: await client.contacts.find({ contact_id: id }),
};
console.log(JSON.stringify(session));
