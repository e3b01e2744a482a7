"""`customhouse.toml`: what it may say, and how everything else is refused in words."""

from pathlib import Path

import pytest

from customhouse_conformance.adapters import CallableAdapter, CommandAdapter
from customhouse_conformance.adapters.placeholders import expand
from customhouse_conformance.capabilities import known
from customhouse_conformance.errors import ManifestError, UsageError
from customhouse_conformance.judges.properties import TYPES
from customhouse_conformance.manifest.file import find_manifest, load_manifest, read_manifest
from customhouse_conformance.register_tables import load_register, providers

GOOD = """
[importers.acme]
provider = "intercom"
command = "node {here}/import.mjs --file {source} --url {base_url}"
source = {path = "data/contacts.json", format = "json", root = "contacts", fields = {external_id = "id"}}
env = {ACME_TOKEN = "{token}"}
timeout_s = 60
capabilities = ["leads"]

[[importers.both]]
provider = "intercom"
command = ["tool", "{base_url}", "{token}", "{source}", "{unknown-brace}", "{}"]

[[importers.both]]
provider = "rally"
callable = "acme.imports:run"
"""


def read(text: str, here: Path = Path("/nowhere")) -> object:
    return read_manifest(text, "customhouse.toml", here)


def test_a_manifest_reads_as_it_is_written() -> None:
    importers = read_manifest(GOOD, "customhouse.toml", Path("/here"))
    (acme,) = importers["acme"]
    assert isinstance(acme.adapter, CommandAdapter)
    assert acme.adapter.command[:2] == ("node", "{here}/import.mjs")
    assert (acme.source.path, acme.source.format, acme.source.root) == ("data/contacts.json", "json", "contacts")
    assert (acme.env, acme.timeout_s, acme.capabilities) == ({"ACME_TOKEN": "{token}"}, 60.0, ("leads",))
    intercom, rally = importers["both"]
    assert intercom.source.path == "source.csv"
    assert intercom.capabilities is None
    assert isinstance(rally.adapter, CallableAdapter)
    assert (intercom.provider, rally.provider) == ("intercom", "rally")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('provider = "intercom"', "", "acme: 'provider' is missing"),
        ('provider = "intercom"', 'provider = "hubspot"', "use one of: intandem, intercom, rally"),
        ("command =", "comand =", "'comand' is not a key of this table\n  did you mean 'command'"),
        ("command =", "run =", "exactly one of 'command' and 'callable'"),
        ("env =", 'callable = "a:b"\nenv =', "exactly one of 'command' and 'callable'"),
        ('command = "node', "command = \"'node", "cannot be split into words"),
        ('"node {here}/import.mjs --file {source} --url {base_url}"', '""', "'command' is empty"),
        ('"node {here}/import.mjs --file {source} --url {base_url}"', "7", "a list of strings"),
        ("--url {base_url}", "--url {baseurl}", r"\{baseurl\} in .* is no placeholder"),
        (
            "--url {base_url}",
            "{bse_url} {mine}",
            r"\{mine\} in .* are no .*\n  did you mean \{base_url\}\?",
        ),
        ("--url {base_url}", "", r"\{base_url\} is neither in the command nor in env"),
        ("{token}", "secret", r"\{token\} is neither"),
        ("timeout_s = 60", 'timeout_s = "60"', "'timeout_s' is str"),
        ("timeout_s = 60", "timeout_s = 0", "positive number"),
        ("timeout_s = 60", "timeout = 60", "did you mean 'timeout_s'"),
        ('capabilities = ["leads"]', 'capabilities = "leads"', "a list of strings"),
        ('capabilities = ["leads"]', 'capabilities = ["leeds"]', "names 'leeds'\n  known: leads, attributes"),
        ("timeout_s = 60", "timeout_s = inf", "'timeout_s' is inf"),
        ("timeout_s = 60", "timeout_s = nan", "'timeout_s' is nan"),
        ("--file {source}", "--file {source} a\\u0000b", "'command' holds a NUL"),
        ("data/contacts.json", "data\\u0000.json", "'path' holds a NUL"),
        ('ACME_TOKEN = "{token}"', 'ACME_TOKEN = "{token}\\u0000"', "'env' holds a NUL"),
        ('ACME_TOKEN = "{token}"', '"A=B" = "{token}"', "'A=B' cannot be the name of an environment variable"),
        ('ACME_TOKEN = "{token}"', '"" = "{token}"', "'' cannot be the name"),
        ("{token}", "{{token}}", r"\{token\} is neither"),
        ("--url {base_url}", "--url {base_url} {mine}", r"write \{\{mine\}\}"),
        ('env = {ACME_TOKEN = "{token}"}', "env = {ACME_TOKEN = 3}", "'ACME_TOKEN' is int 3"),
        ('format = "json"', 'format = "xlsx"', "csv, json, ndjson"),
        ('format = "json", root', 'format = "csv", root', "has no root key"),
        ('external_id = "id"', 'extrnal_id = "id"', "extrnal_id"),
        ("data/contacts.json", "../contacts.json", "inside the work folder"),
        ("data/contacts.json", "/etc/contacts.json", "inside the work folder"),
        ("[importers.acme]", '[importers.acme]\ngaps = "x"', "'gaps' is str"),
        ("[importers.acme]", '[importers.acme]\nserve = "x"', "is called by the importer, so 'serve' is not its key"),
        ("[importers.acme]", "[importer.acme]", "'importer' is not a key"),
        ("[importers.acme]", "[importers.acme", "is no TOML.*line 2"),
        ('provider = "rally"', 'provider = "intercom"', "two tables for one provider"),
        ('"acme.imports:run"', '"acme.imports"', 'write callable = "module:function"'),
    ],
)
def test_a_wrong_manifest_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    with pytest.raises(ManifestError, match=complaint) as caught:
        read(GOOD.replace(old, new, 1))
    assert caught.value.exit_code == 2


def test_an_importer_that_is_no_table_is_refused() -> None:
    with pytest.raises(ManifestError, match=r"importers\.acme is no table"):
        read('[importers]\nacme = "node"')
    with pytest.raises(ManifestError, match="make it a table"):
        read("importers = 3")


def test_a_script_beside_the_manifest_wants_here(tmp_path: Path) -> None:
    (tmp_path / "import.mjs").write_text("")
    with pytest.raises(ManifestError, match=r"write \{here\}/import.mjs"):
        read(GOOD.replace("{here}/import.mjs", "import.mjs"), tmp_path)


def test_a_fixed_path_needs_no_source_placeholder() -> None:
    read(GOOD.replace("--file {source}", ""))
    with pytest.raises(ManifestError, match=r"\{source\} is neither"):
        read(GOOD.replace("--file {source}", "").replace('path = "data/contacts.json", ', ""))


def test_it_is_looked_for_here_and_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "customhouse.toml").write_text(GOOD)
    assert find_manifest(inner) == tmp_path / "customhouse.toml"
    monkeypatch.chdir(inner)
    manifest = load_manifest()
    assert {"acme", "both", "reference"} <= set(manifest.importers)
    assert [spec.provider for spec in manifest.find("both")] == ["intercom", "rally"]
    assert [spec.provider for spec in manifest.find("both", "rally")] == ["rally"]
    with pytest.raises(ManifestError, match="importer 'acme' is not for rally"):
        manifest.find("acme", "rally")
    with pytest.raises(ManifestError, match=r"lists no importer 'acmee'[\s\S]*acme, both, reference"):
        manifest.find("acmee")


def test_the_built_in_manifest_is_there_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_manifest().find("reference", "intercom")
    with pytest.raises(ManifestError, match=r"no customhouse\.toml was found"):
        load_manifest().find("acme")
    with pytest.raises(ManifestError, match="cannot be read"):
        load_manifest(tmp_path / "none.toml")


def test_an_importer_may_take_some_columns_only() -> None:
    text = GOOD.replace('root = "contacts",', 'root = "contacts", columns = ["email", "custom_attributes"],')
    source = read_manifest(text, "customhouse.toml", Path("/here"))["acme"][0].source
    row = {"external_id": "1", "email": "a@example.com", "phone": "+1", "custom_attributes": {"plan": "pro"}}
    assert source.taken([row]) == ({"email": "a@example.com", "custom_attributes": {"plan": "pro"}},)


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ('["email", "shoe_size"]', "'shoe_size'\n  for intercom name email, and others out of: external_id, name,"),
        ('["email", "properties"]', "'properties'"),  # which is Rally's word
        ('["external_id", "name"]', "lacks email"),
    ],
)
def test_columns_must_exist_and_identify(columns: str, complaint: str) -> None:
    text = GOOD.replace('root = "contacts",', f'root = "contacts", columns = {columns},')
    with pytest.raises(ManifestError, match=complaint):
        read(text)


def test_what_is_renamed_must_exist() -> None:
    text = "[importers.acme]\nprovider = '{}'\ncallable = 'a:b'\nsource.fields = {{{} = 'Mine'}}\n"
    read_manifest(text.format("rally", "'properties.Visits'"), "customhouse.toml", Path())
    for provider, name in (("rally", "external_id"), ("intercom", "emial"), ("intandem", "name")):
        with pytest.raises(ManifestError, match=f"'fields' renames '{name}'\n  write what it is called here = "):
            read_manifest(text.format(provider, name), "customhouse.toml", Path())


def test_doubled_braces_are_the_importers_own() -> None:
    read(GOOD.replace("--url {base_url}", "--url {base_url} {{mine}}"))
    values = {"token": "T"}
    assert expand("{token} {{token}} {{mine}} {mine}", values) == "T {token} {mine} {mine}"
    assert expand('{"a": {"b": "{token}"}}', values) == '{"a": {"b": "T"}}'


def test_what_can_be_claimed_is_what_the_registers_ask_for() -> None:
    for provider in providers():
        register = load_register(provider)
        asked = {row.capability for row in register.requirements} - {None}
        asked |= {need for scenario in register.scenarios.values() for need in scenario.needs}
        asked |= {TYPES} if provider == "rally" else set()  # for which a judge asks
        assert asked == set(known(provider))


def test_a_provider_without_a_register_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"no requirements for 'hubspot' in this version") as caught:
        load_register("hubspot")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("columns", "claimed", "left"),
    [
        ('["email", "role", "custom_attributes"]', None, None),
        ('["email", "custom_attributes"]', None, ("attributes",)),
        ('["email", "role"]', None, ("leads",)),
        ('["email"]', None, ()),
        ('["email"]', '["leads", "attributes"]', ()),
        ('["email", "role", "custom_attributes"]', '["leads"]', ("leads",)),
    ],
)
def test_a_missing_column_withdraws_a_capability(columns: str, claimed: str | None, left: tuple[str, ...]) -> None:
    text = GOOD.replace('root = "contacts",', f'root = "contacts", columns = {columns},')
    text = text.replace('capabilities = ["leads"]\n', f"capabilities = {claimed}\n" if claimed else "")
    assert read_manifest(text, "customhouse.toml", Path("/here"))["acme"][0].capabilities == left


RALLY = """
[importers.people]
provider = "rally"
command = "tool {base_url} {token} {source} MORE"
"""


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ("", ("properties", "secondary")),
        ("{identifier} {webhook_port}", ("properties", "secondary", "identifiers", "webhooks")),
        ("{property_types} {population}", ("properties", "secondary", "types", "populations")),
        ("{property_types} {identifier} {population} {webhook_port} {webhook_path} {webhook_secret}", None),
    ],
)
def test_what_is_not_passed_on_withdraws_a_capability(more: str, left: tuple[str, ...] | None) -> None:
    (spec,) = read_manifest(RALLY.replace("MORE", more), "customhouse.toml", Path("/here"))["people"]
    assert spec.capabilities == left
    assert spec.webhook_path == "/webhooks/rally"


def test_only_importers_that_are_told_more_may_ask_for_it() -> None:
    read(RALLY.replace("MORE", "{webhook_port}").replace("command", 'webhook_path = "/in"\ncommand'))
    with pytest.raises(ManifestError, match=r"\{identifier\} in .* is no placeholder"):
        read(RALLY.replace("MORE", "{identifier}").replace('"rally"', '"intercom"'))
    with pytest.raises(ManifestError, match="'webhook_path' is 'in'"):
        read(RALLY.replace("command", 'webhook_path = "in"\ncommand'))
    with pytest.raises(ManifestError, match="'webhook_path' is not a key"):
        read(RALLY.replace("command", 'webhook_path = "/in"\ncommand').replace('"rally"', '"intercom"'))
