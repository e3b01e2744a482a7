"""The switches of a fake inTandem: the contract's section 7, and what its section 8 lists as unknown.

Every switch is read somewhere; what it means, and how sure its default is, `profile.toml` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from customhouse_fakes.core.model import CoreLimits


@dataclass(frozen=True)
class IntandemLimits(CoreLimits):
    """Rate limits. That 429 exists is documented, its thresholds are not (section 4.3), so they are wide."""

    app: int = 100_000
    workspace: int = 200_000
    window_s: float = 1.0


@dataclass(frozen=True)
class IntandemProfile:
    """One platform's habits. Defaults are those of section 7 where it has them."""

    # ---- the initiating POST ----
    revision: Literal["new", "opaque", "swagger", "old"] = "new"
    success_status: Literal[201, 200] = 201
    require_install: Literal["lenient", "strict"] = "lenient"
    validation_order: Literal["body_first", "install_first"] = "body_first"
    wrong_type_message: Literal["not_installed", "wrong_type"] = "not_installed"
    staff_uid_without_staff: Literal["owner", "empty", "absent"] = "owner"

    # ---- the pull ----
    per_page: int = 100
    start: Literal["after-answer", "before-answer"] = "after-answer"
    start_delay_s: float = 0.0
    export_session_id: bool = False
    export_auth: Literal["none", "header", "hmac", "jws"] = "none"
    join: Literal["strip", "naive"] = "strip"
    redirects: Literal["refuse", "follow"] = "refuse"
    timeout_s: float = 30.0
    retries: int = 0
    backoff_s: float = 1.0
    on_error: Literal["abort", "skip", "retry"] = "abort"
    give_up_after: int = 10
    overfull_page: Literal["accept", "truncate", "abort"] = "accept"
    missing_clients: Literal["empty", "abort"] = "empty"
    final_call: Literal["not_on_abort", "always", "twice", "never"] = "not_on_abort"
    cap: int = 50_000
    overflow: Literal["stop", "fail_rest"] = "stop"

    # ---- the records ----
    override_blank: Literal["keep", "erase"] = "keep"
    email_ignores_case: bool = True
    tag_format: str = "imported_%Y-%m-%d_%H:%M"
    multi_layout: Literal["off", "rows", "nested"] = "off"
    field_lag_s: float = 0.0

    # ---- webhooks ----
    webhook_envelope: Literal["object", "array"] = "object"
    webhook_signature: Literal["none", "hmac"] = "none"
    webhook_retries: int = 0
    webhook_retry_s: float = 60.0
    client_created_events: bool = False

    # ---- the REST side ----
    fields_envelope: Literal["object", "list"] = "object"
    clients_unauthorized: Literal[401, 422] = 401
    double_slashes: bool = True
    form_bodies: bool = True
    token_scheme: bool = True
