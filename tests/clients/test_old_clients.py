"""What SDKs of older days send: the token as user name of Basic, `{}` or nothing as the body of a bodyless POST."""

from typing import Any

import pytest
import requests
from requests.auth import HTTPBasicAuth

from .conftest import Vendor


def call(vendor: Vendor, method: str, path: str, **options: Any) -> requests.Response:
    return requests.request(method, vendor.url + path, auth=HTTPBasicAuth(vendor.token, ""), timeout=10, **options)


@pytest.mark.parametrize("body", [{"json": {}}, {"data": b""}, {"headers": {"Content-Type": "application/json"}}])
def test_basic_auth_and_bodyless_posts(vendor: Vendor, body: dict[str, Any]) -> None:
    made = call(vendor, "POST", "/contacts", json={"email": "a@example.com"})
    assert made.status_code == 200
    path = f"/contacts/{made.json()['id']}"
    assert call(vendor, "POST", f"{path}/archive", **body).json()["archived"] is True
    assert call(vendor, "GET", path).status_code == 404
    assert call(vendor, "POST", f"{path}/unarchive", **body).json()["archived"] is False
    assert call(vendor, "GET", path).json()["email"] == "a@example.com"


def test_bearer_and_basic_open_the_same_workspace(vendor: Vendor) -> None:
    made = call(vendor, "POST", "/contacts", json={"email": "a@example.com"}).json()
    seen = requests.get(
        f"{vendor.url}/contacts/{made['id']}", headers={"Authorization": f"Bearer {vendor.token}"}, timeout=10
    )
    assert seen.json()["id"] == made["id"]


def test_basic_with_a_password_and_nonsense(vendor: Vendor) -> None:
    url = f"{vendor.url}/me"
    assert requests.get(url, auth=HTTPBasicAuth(vendor.token, "ignored"), timeout=10).status_code == 200
    assert requests.get(url, auth=HTTPBasicAuth("", vendor.token), timeout=10).status_code == 401
    assert requests.get(url, headers={"Authorization": "Basic %%%"}, timeout=10).status_code == 401
