"""Import people into Rally.

``RALLY_TOKEN=… reference-importer rally --source people.csv``

What it does, in order:

1. **Reads the whole source** (CSV, JSON, NDJSON) into a SQLite file beside it, and notes every property that any row
   uses. A source that is broken anywhere is refused before anything is sent. Of several rows for one person the last
   one counts, wherever in the file they are.
2. **Looks at the workspace's properties**, and makes those that the source uses and the workspace lacks: once, before
   the first person, by name and type. A name that differs in case or blanks only is the same property.
3. **Reads the people** who are there already, page by page.
4. **Sends the rows**, up to a thousand in a request. Rally's import is a PUT: what one record of a request names and
   another leaves out is erased from the other. So the records of a request all name the same (see ``records.py``).
5. **Waits for every import to end**, by polling or, with ``--webhook-port``, by Rally's webhook. Accepted is not done,
   and done may still have lost people: every failed record is traced back to its row.
6. **Reports**: rejected rows on stderr and in a file, numbers in a JSON report.

Killed half-way? Start it again: imports that are still under way are waited for, rows that had no answer are sent
again, which changes nothing. Start it once more when all is done: it sends nothing.

Columns: email, phone, first_name, last_name, opted_out, last_contact_date, additional_emails, additional_phones (lists;
in CSV joined by semicolons) and properties.NAME (in JSON also nested). A column that a row does not have, or an empty
CSV cell, leaves what is stored. A JSON null clears a property; it never clears a name or anything else. An empty text
is sent as it is for a text property, and clears any other. Somebody who has opted out stays out: opted_out=true is
sent, false only with ``--opt-in``.

Types of properties: those of the workspace; else ``--property-types``; else as the values look (truth value, number,
list, text). A value that does not fit, and an option that a select does not have, reject their row before it is sent.

Exit codes: 0 every row is in · 1 some rows are not, or are not known to be · 2 usage or source error, nothing was
written · 3 stopped: token refused, population unknown, an import without an end, Rally down · 130 interrupted.
"""
