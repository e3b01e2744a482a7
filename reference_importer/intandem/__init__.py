"""Serve clients to inTandem, which asks for them page by page.

``INTANDEM_TOKEN=… reference-importer intandem --source clients.csv --app-code-name myimport``

An app that runs until it is stopped. A session goes like this:

1. **Somebody opens the launch URL** ``/start?business_uid=…&staff_uid=…``.
2. **The whole source is read** (CSV, JSON, NDJSON, or another API page by page) into a snapshot: a SQLite file of its
   own in which the clients that will be sent are numbered 1, 2, 3 …. What cannot be sent is left out here, before any
   page is cut, and named in a file. A source that cannot be read to its end starts no import.
3. **inTandem is told** (``POST …/import``), once; whatever it answers is shown. The snapshot is there before, so that
   a first page may be asked for before that answer.
4. **inTandem asks** ``/app/clients/export?page=1…``: page p of n clients holds the numbers from (p-1)n+1 to pn, in
   whatever order and however often it is asked for. A page that cannot be served whole is a 5xx, never a short one:
   a short page would say "that was all".
5. **inTandem asks for page -1**, after the short page: the session is over. It is complete if every client of the
   snapshot was handed out.
6. **Webhooks** (``/webhooks/bulk_import``) tell what became of the clients.

Sessions are kept in the state file: killed and started again, the app goes on with the right page. A session that
inTandem does not end is given up after ``--session-timeout`` seconds of silence. A second start while a session runs
starts a second import from the same snapshot.

Left out of a session: clients without a first name (or give ``--first-name-fallback``), rows that repeat another
row's external_id, rows whose e-mail another row has already (compared without case and outer blanks; the first row
counts; rows without one are all sent), and what is beyond the 50,000 that a session may carry: those rows are written
to a file that can be imported as the next source.

Columns: external_id, email, first_name, last_name, phone, address. Others are left alone unless ``--map SRC=DST``
names the business's own field. Blank cells are not sent, so they can erase nothing. Text is sent as it is. An
external_id is sent as the source has it, a number or text; if the source has both, all are sent as text.

Exit codes, when stopped by a signal: 0 every session that was started is complete, nothing was left out, and what
inTandem told agrees · 1 not so · 2 usage error. Rows left out because they repeat another one do not count.
"""
