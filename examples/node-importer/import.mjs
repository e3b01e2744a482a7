// Imports contacts.json into Intercom, the way of Intercom's tutorial "Import Contacts with the Intercom API":
// define the custom attributes, then create the contacts one after the other.
//
//   INTERCOM_TOKEN=... node import.mjs [contacts.json] [https://api.intercom.io]

import { readFile } from "node:fs/promises";

const [file = "contacts.json", baseUrl = "https://api.intercom.io"] = process.argv.slice(2);

const headers = {
  "Content-Type": "application/json",
  "Intercom-Version": "2.10",
  Authorization: `Bearer ${process.env.INTERCOM_TOKEN}`,
};

function post(path, body) {
  return fetch(`${baseUrl}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

// Intercom's name for the type of a value; a list of values with fractions in it is a list of floats.
function dataType(values) {
  if (values.every((value) => typeof value === "boolean")) return "boolean";
  if (values.every((value) => Number.isInteger(value))) return "integer";
  if (values.every((value) => typeof value === "number")) return "float";
  return "string";
}

// All values of every custom attribute, by its name.
function attributeValues(contacts) {
  const values = {};
  for (const contact of contacts) {
    for (const [name, value] of Object.entries(contact.custom_attributes ?? {})) {
      values[name] ??= [];
      if (value !== null) values[name].push(value);
    }
  }
  return values;
}

async function createContactAttributes(contacts) {
  for (const [name, values] of Object.entries(attributeValues(contacts))) {
    const response = await post("/data_attributes", { name, model: "contact", data_type: dataType(values) });

    // If a successful 200 OK response, log that the attribute was created
    if (response.ok) {
      console.log(`Data attribute ${name} created.`);
    }
  }
}

async function createContacts(contacts) {
  for (const contact of contacts) {
    try {
      const response = await post("/contacts", {
        name: contact.name,
        email: contact.email,
        external_id: contact.id,
        custom_attributes: contact.custom_attributes,
      });

      // If the response is not a 200 OK, log the error
      if (!response.ok) {
        throw new Error(`${response.status} ${response.statusText}`);
      }
      console.log("New contact created.");
    } catch (error) {
      console.log(error);
    }
  }
}

const { contacts } = JSON.parse(await readFile(file, "utf8"));
await createContactAttributes(contacts);
await createContacts(contacts);
