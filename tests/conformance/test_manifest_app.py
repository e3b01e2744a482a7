"""`customhouse.toml` for apps that are asked for pages."""

import signal
from pathlib import Path

import pytest

from customhouse_conformance.adapters import Business, CommandAdapter, Job, Launch, Pull, Service
from customhouse_conformance.errors import ManifestError
from customhouse_conformance.manifest.file import load_manifest, read_manifest
from customhouse_conformance.manifest.spec import ImporterSpec

GOOD = """
[importers.acme]
provider = "intandem"
serve = "{python} {here}/app.py --port {port} --file {source} --app {app_code_name}"
env = {API = "{base_url}", TOKEN = "{token}"}
ready = "/health"
launch = "/go?uid={business_uid}&by={staff_uid}"
report = "/status"
prefix = "/hooks/"
stop = "sigint"
"""


def read(text: str) -> ImporterSpec:
    (spec,) = read_manifest(text, "customhouse.toml", Path("/here"))["acme"]
    return spec


def test_an_app_reads_as_it_is_written() -> None:
    spec = read(GOOD)
    assert spec.service == Service(
        ready="/health",
        launch="/go?uid={business_uid}&by={staff_uid}",
        report="/status",
        prefix="/hooks",
        stop=signal.SIGINT,
    )
    assert spec.service.api_uri(80) == "http://127.0.0.1:80/hooks"
    business = Business("b1", "s1", "t", Path("x"), "http://x")
    assert spec.service.launch_path(business, "code") == "/go?uid=b1&by=s1"


def test_what_need_not_be_said() -> None:
    lines = [
        line for line in GOOD.splitlines() if line.split(" ")[0] not in ("ready", "launch", "report", "prefix", "stop")
    ]
    assert read("\n".join(lines)).service == Service()


@pytest.mark.parametrize(
    ("old", "new", "capabilities"),
    [
        ("{token}", "{token}", ("webhooks", "override")),
        ("{token}", "{tokens}", ("tenants", "webhooks", "override")),
        ("--file {source}", "--url {source_url}", ("upstream", "webhooks", "override")),
        ("{token}", "{tokens} {each_source_url}", None),
        ("ready =", "capabilities = []\nready =", ()),
    ],
)
def test_capabilities_are_read_off_the_placeholders(old: str, new: str, capabilities: tuple[str, ...] | None) -> None:
    text = GOOD.replace(old, new)
    if "each" in new:
        text = GOOD.replace("{token}", "{tokens}").replace("{source}", "{each_source_url}")
    assert read(text).capabilities == capabilities


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("serve =", "command =", "asks the importer for pages, so 'command' is not its key"),
        ("serve =", "srve =", "did you mean 'serve'"),
        ("{port}", "8080", r"\{port\} is neither"),
        ("{base_url}", "x", r"\{base_url\} is neither"),
        ("{token}", "x", r"\{token\} is neither"),
        ("{source}", "x", r"\{source\} is neither"),
        ("{source}", "{sources}", r"\{sources\} in .* is no placeholder.*"),
        ("{token}", "{each_source}", r"\{each_source\} in .* is no placeholder"),
        ('ready = "/health"', 'ready = "health"', "'ready' is 'health'"),
        ('"/go?uid={business_uid}&by={staff_uid}"', '"/go"', "'launch' does not name the business"),
        ('"sigint"', '"HALT"', "'HALT', which is no signal"),
        ("report =", "reprt =", "did you mean 'report'"),
        ('provider = "intandem"', 'provider = "rally"', "is called by the importer, so 'serve' is not its key"),
    ],
)
def test_a_wrong_app_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    with pytest.raises(ManifestError, match=complaint):
        read(GOOD.replace(old, new, 1))


def test_placeholders_reach_the_app_and_words_are_repeated_for_each_business(tmp_path: Path) -> None:
    script = "import sys, os; print(sys.argv[1:]); print(os.environ['TOKENS'])"
    words = ("{python}", "-c", script, "{port}", "--of={each_business_uid}={each_source}", "{source_url}")
    businesses = tuple(Business(f"b{n}", f"s{n}", f"t{n}", tmp_path / f"{n}", f"http://u/{n}") for n in (1, 2))
    pull = Pull(port=8080, app_code_name="code", source_token="st", businesses=businesses)
    job = Job("http://api", "t1", tmp_path / "1", tmp_path, pull=pull)
    out = tmp_path / "out"
    run = CommandAdapter(words).start(Launch(job, {"TOKENS": "{tokens}"}, out, tmp_path / "err"))
    assert run.wait(10)
    run.close()
    argv, tokens = out.read_text().splitlines()
    assert argv == str(["8080", f"--of=b1={tmp_path}/1", f"--of=b2={tmp_path}/2", "http://u/1"])
    assert tokens == '{"b1": "t1", "b2": "t2"}'


def test_the_reference_is_an_app_too() -> None:
    (spec,) = load_manifest().find("reference", "intandem")
    assert spec.capabilities is None
    assert spec.service is not None
