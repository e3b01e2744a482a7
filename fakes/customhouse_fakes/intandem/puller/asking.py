"""The GET that an app is asked with: address, query, proof (contract section 2.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from customhouse_fakes.intandem.jose import compact_jws
from customhouse_fakes.intandem.profile import IntandemProfile
from customhouse_fakes.intandem.state.session import Session

PATH = "/app/clients/export"
SIGNATURE = "X-Vcita-Signature"


def address(session: Session, profile: IntandemProfile) -> str:
    """`api_uri` and the path; a trailing slash is dropped, or doubled when the join is naive."""
    base = session.order.api_uri or ""
    join = session.order.plan.join or profile.join
    return base + PATH if join == "naive" else base.rstrip("/") + PATH


def parameters(session: Session, profile: IntandemProfile, page: int) -> dict[str, str]:
    """The query of a page, in the order of the documentation."""
    plan, staff_uid = session.order.plan, session.order.staff_uid
    staff_uid = plan.staff_uid_by_page.get(page, staff_uid)
    return {
        "business_uid": session.order.business_uid,
        **({} if staff_uid is None else {"staff_uid": staff_uid}),
        "page": str(page),
        "per_page": str(per_page(session, profile, page)),
        **({"session_id": session.id} if profile.export_session_id else {}),
        **plan.extra_query,
    }


def per_page(session: Session, profile: IntandemProfile, page: int) -> int:
    plan = session.order.plan
    return plan.per_page_by_page.get(page, plan.per_page or profile.per_page)


def probed(usual: Mapping[str, str], probe: Mapping[str, object]) -> dict[str, str]:
    """The usual query as a probe wants it: some parameters left out, others replaced."""
    without = probe.get("without", [])
    assert isinstance(without, list)  # noqa: S101 - the plan's schema says so
    kept = {name: value for name, value in usual.items() if name not in without}
    return kept | {name: str(value) for name, value in probe.items() if name != "without"}


def headers(session: Session, profile: IntandemProfile, query: Mapping[str, str], now: float) -> dict[str, str]:
    """What the GET carries, with the proof that the profile asks for."""
    plain = {"User-Agent": "inTandem", "Accept": "application/json"}
    secret = session.order.client_secret
    match profile.export_auth:
        case "header":
            return {**plain, "Authorization": f"Bearer {secret}"}
        case "hmac":
            return {**plain, SIGNATURE: signature(secret, urlencode(query).encode())}
        case "jws":
            return {**plain, "Authorization": f"Bearer {compact_jws({**query, 'iat': int(now)}, secret)}"}
    return plain


def signature(secret: str, data: bytes) -> str:
    """`sha256=<hex>`: of the query string of a pull, of the body of a webhook."""
    return "sha256=" + hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()
