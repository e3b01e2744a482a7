"""Import contacts into Intercom.

``INTERCOM_TOKEN=… reference-importer intercom --source contacts.csv``

What it does, in order:

1. **Reads the whole source** (CSV, JSON, NDJSON) into a SQLite file beside it. A source that is broken anywhere is
   refused before anything is written to Intercom. Of several rows for one contact the last one counts.
2. **Defines the custom attributes** that the rows use and the workspace lacks.
3. **Sends the rows**, several at once, as fast as the rate limit allows and no faster. A contact that is already there
   is updated; an archived one is restored; one that is somebody else's is left alone and the row is rejected. Leads,
   which Intercom does not keep unique, are looked for before they are made.
4. **Looks** whether the workspace still has all of them.
5. **Reports**: rejected rows on stderr and in a file, numbers in a JSON report.

Killed half-way? Start it again: it goes on where it was. Start it once more when all is done: it changes nothing.
The state file belongs to one source, one address and one token.

Leads: one that this state file knows is updated by its id, any other one is recognised by its e-mail, in the order of
the source when several share it. A lead without an e-mail is known to the state file only: without that file it would
be made again. When the answer to a create is lost, the list of contacts tells whether the lead was made; only a
create that Intercom carries out after the importer's time-out, and after that look, could still double it.

Columns: external_id, email, name, phone, role (user, lead), signed_up_at, last_seen_at (Unix seconds, or milliseconds
or ISO 8601, which are converted), owner_id, avatar, unsubscribed_from_emails, and custom_attributes.NAME (in JSON also
nested). Name others with ``--map``, as in ``--map id=external_id`` or ``--map Seats=custom_attributes.seats:integer``.
An empty CSV cell is no value. A JSON null is no value for a new contact, and clears the field of one that is there
(but never its external_id or email).

Exit codes: 0 every row is in · 1 some rows are rejected, or no longer there · 2 usage or source error, nothing was
written · 3 stopped: token refused, attribute not definable, Intercom down · 130 interrupted.
"""
