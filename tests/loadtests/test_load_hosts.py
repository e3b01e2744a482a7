"""A master and workers that were started apart: on one host, and as if on two, in network namespaces of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from customhouse_loadtests.front.processes import free_port

from .loading import DEADLINE_S, Load, results

RUN = ("reference", "--provider", "intercom", "--records", "20", "--users", "2")

#: Two hosts with a cable between them: `there` is the second. Everything ends with this shell.
SCENE = """
set -e
ip link set lo up
unshare -n sleep 600 & there=$!
trap 'kill $there' EXIT
while [ "$(readlink /proc/$there/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add near type veth peer name far netns $there
ip addr add 10.77.0.1/24 dev near
ip link set near up
nsenter -t $there -n ip addr add 10.77.0.2/24 dev far
nsenter -t $there -n ip link set far up
nsenter -t $there -n ip link set lo up
nsenter -t $there -n "$@" --worker --master-host 10.77.0.1 --out "$OUT/worker" &
worker=$!
"$@" --master --workers 1 --master-host 10.77.0.1 --out "$OUT/master"
wait $worker
"""
NEEDED = "ip link add near type veth peer name far && nsenter -t $$ -n true"


def test_one_master_and_two_workers_as_processes_of_their_own(tmp_path: Path) -> None:
    address = ("--master-host", "127.0.0.1", "--master-port", str(free_port()))
    with (
        Load(*RUN, "--master", "--workers", "2", *address, out=tmp_path / "master") as master,
        Load(*RUN, "--worker", *address, out=tmp_path / "first") as first,
        Load(*RUN, "--worker", *address, out=tmp_path / "second") as second,
    ):
        ended = [one.end() for one in (master, first, second)]
    assert [code for code, _said in ended] == [0, 0, 0], ended
    document = results(tmp_path / "master")
    assert document["measures"]["rows"] == 40
    assert list(document["workers"].values()) == ["ready", "ready"]
    assert sorted({row["worker"] for row in document["imports"]}) == sorted(document["workers"])
    stages = {fact["stage"] for fact in master.facts() if fact["kind"] == "sample"}
    assert len(stages) == 2  # each host has fakes of its own
    assert not (tmp_path / "first" / "results.json").exists()


def _why_not() -> str | None:
    if sys.platform != "linux" or not all(map(shutil.which, ("unshare", "ip", "nsenter"))):
        return "needs Linux with unshare, ip and nsenter"
    trial = subprocess.run(["unshare", "-Urn", "sh", "-c", NEEDED], capture_output=True, text=True, check=False)
    return None if trial.returncode == 0 else f"this machine allows no network namespaces: {trial.stderr.strip()}"


def test_a_worker_on_another_host(tmp_path: Path) -> None:
    why_not = _why_not()
    if why_not:
        pytest.skip(why_not)
    command = ["unshare", "-Urn", "bash", "-c", SCENE, "scene", sys.executable, "-m", "customhouse", "load", *RUN]
    ended = subprocess.run(
        command,
        env={"OUT": str(tmp_path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    measures = results(tmp_path / "master")["measures"]
    assert (measures["imports_done"], measures["rows"]) == (2, 40)
