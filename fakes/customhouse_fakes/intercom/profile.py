"""The switches of a fake Intercom: what the contract calls UNKNOWN (section 10), and what differs between workspaces.

Every switch is read somewhere; what it means, and how sure its default is, `profile.toml` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from customhouse_fakes.core.model import CoreLimits
from customhouse_fakes.core.profiles import AtLeastOne, Bounds, Count, Seconds

MAX_PER_PAGE = 150


@dataclass(frozen=True)
class IntercomLimits(CoreLimits):
    """Rate limits: calls in a window, for each token (app) and for all tokens of the sandbox (workspace)."""

    app: AtLeastOne = 1667
    workspace: AtLeastOne = 4167
    window_s: Annotated[float, Bounds(0.1, 86_400)] = 10.0


@dataclass(frozen=True)
class IntercomProfile:
    """One workspace's habits. Defaults are those proposed in section 10."""

    # ---- the app and the workspace ----
    app_version: str = "2.16"
    timezone: str = "UTC"
    region: Literal["US", "EU", "AU"] = "US"
    development_workspace: bool = False
    development_limit: Count = 20
    development_sweep_s: Seconds = 60.0

    # ---- identity ----
    allow_duplicate_emails: bool = False
    email_ignores_case: bool = True
    user_without_identity: Literal["refuse", "accept"] = "refuse"
    blocked_conflict: Literal["not_restorable", "conflict"] = "not_restorable"
    conflict_data: bool = False
    purge_after_s: Seconds = 0.0
    unarchive_deleted: Literal["bad_request", "server_error"] = "bad_request"

    # ---- values ----
    strict_values: bool = False
    invalid_role: Literal["user", "refuse"] = "user"
    unknown_keys: Literal["ignore", "refuse"] = "ignore"
    timestamp_message: Literal["parameter_invalid", "bad_request"] = "parameter_invalid"
    validate_list_values: bool = False
    archived_attribute_write: Literal["refuse", "accept"] = "refuse"
    archived_attribute_name: Literal["taken", "free"] = "taken"
    avatar_as: Literal["object", "text"] = "object"

    # ---- pages and search ----
    list_per_page: Annotated[int, Bounds(1, MAX_PER_PAGE)] = 10
    search_per_page: Annotated[int, Bounds(1, MAX_PER_PAGE)] = 50
    per_page_over_max: Literal["clamp", "refuse"] = "clamp"
    per_page_under_min: Literal["refuse", "default"] = "refuse"
    search_limits: Literal["refuse", "accept"] = "refuse"
    search_unknown_field: Literal["invalid_field", "parameter_invalid"] = "invalid_field"
    search_bad_operator: Literal["parameter_invalid", "server_error"] = "parameter_invalid"
    search_lag_s: Seconds = 0.0

    # ---- refusals ----
    not_found_message: Literal["User Not Found", "Contact Not Found"] = "User Not Found"
    missing_authorization: Literal["unauthorized", "missing_authorization"] = "unauthorized"
    outage_body: Literal["envelope", "html", "empty"] = "envelope"
    request_limit_bytes: Count = 0

    # ---- limits on the wire ----
    rate_headers: Literal["before", "after", "absent"] = "before"
    retry_after: bool = False
    reset_offset_s: Annotated[int, Bounds(0, 3600)] = 0
    workspace_limit_numbers: Literal["workspace", "app"] = "workspace"

    # ---- Preview bulk jobs ----
    bulk_task_s: Seconds = 1.0
