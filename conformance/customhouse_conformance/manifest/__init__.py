"""`customhouse.toml`: how importers are started.

    [importers.acme]                         # or [[importers.acme]], one table per provider
    provider = "intercom"
    command = "node {here}/import.mjs --file {source} --url {base_url}"
    source = {path = "contacts.json", format = "json", root = "contacts", fields = {external_id = "id"}}
    #   fields: what the importer calls a column; columns = ["external_id", "email", ...]: those it takes, if not all:
    #   email always; see `capabilities` for what falls away without the others
    env = {ACME_TOKEN = "{token}"}
    timeout_s = 60
    capabilities = ["leads"]                 # absent: all are claimed

`callable = "module:function"` takes the place of `command` for Python importers. The importer is started in a fresh
work folder; `{here}` is the folder of the manifest. `{base_url}`, `{token}` and `{source}` must each reach it somehow.
Doubled braces keep a word in braces from being filled in: `{{token}}` becomes the text `{token}`.

Apps that inTandem asks for pages have `serve` in the place of `command`, and more keys: see `app`. Importers
into Rally are told more of their account (see `adapters.Told`), and may name a `webhook_path = "/webhooks/rally"`.

`[importers.acme.gaps]` tells what an importer is known to fail: see `gaps`.
"""
