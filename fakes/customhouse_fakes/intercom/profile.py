"""The switches of a fake Intercom: what the contract calls UNKNOWN (section 10), and what differs between workspaces.

Every switch is read somewhere; its grade and source speak of the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from customhouse_fakes.core.model import CoreLimits
from customhouse_fakes.core.profiles import switch

MAX_PER_PAGE = 150


@dataclass(frozen=True)
class IntercomLimits(CoreLimits):
    """Rate limits: calls in a window, for each token (app) and for all tokens of the sandbox (workspace)."""

    app: int = switch(
        1667,
        doc="calls per window and token",
        grade="inferred",
        source="section 6: 10,000/min in 10 s windows",
        minimum=1,
    )
    workspace: int = switch(
        4167,
        doc="calls per window, all tokens",
        grade="inferred",
        source="section 6: 25,000/min in 10 s windows",
        minimum=1,
    )
    window_s: float = switch(
        10.0,
        doc="length of a window, seconds",
        grade="documented",
        source="section 6; DOC217, REC",
        minimum=0.1,
        maximum=86_400,
    )


@dataclass(frozen=True)
class IntercomProfile:
    """One workspace's habits. Defaults are those proposed in section 10."""

    # ---- the app and the workspace ----
    app_version: str = switch(
        "2.16",
        doc="version used when no Intercom-Version is sent; an app never configured is at 1.0",
        grade="invented",
        source="section 1, Versioning: that an app has a version is documented (DOC217), which one is everybody's own",
    )
    timezone: str = switch(
        "UTC",
        doc="IANA zone that decides where a search day begins",
        grade="invented",
        source="section 3: that the workspace's zone decides is documented (OAS), which one is everybody's own",
    )
    region: Literal["US", "EU", "AU"] = switch(
        "US",
        doc="region shown by /me",
        grade="invented",
        source="section 1, Hosts: the three regions are documented (OAS), the choice is ours",
    )
    development_workspace: bool = switch(
        False,
        doc="keep only the newest contacts; the oldest beyond are archived without a word",
        grade="documented",
        source="section 6; developers.intercom.com/docs/build-an-integration/getting-started",
    )
    development_limit: int = switch(
        20,
        doc="contacts that a development workspace keeps",
        grade="documented",
        source="section 6; getting-started",
        minimum=0,
    )
    development_sweep_s: float = switch(
        60.0,
        doc="seconds between two sweeps of a development workspace; 0 sweeps before every call",
        grade="invented",
        source='section 6: "on a regular basis"',
        minimum=0,
    )

    # ---- identity ----
    allow_duplicate_emails: bool = switch(
        False,
        doc="a new external_id may take the email of a user that has another external_id, or none",
        grade="inferred",
        source="section 10, item 3; section 2.4",
    )
    email_ignores_case: bool = switch(
        True, doc="emails are compared without case and outer spaces", grade="inferred", source="section 10, item 4"
    )
    user_without_identity: Literal["refuse", "accept"] = switch(
        "refuse",
        doc="creating a user with neither email nor external_id",
        grade="inferred",
        source="section 10, item 1",
    )
    blocked_conflict: Literal["not_restorable", "conflict"] = switch(
        "not_restorable",
        doc="creating a contact with the details of a blocked one: 400 not_restorable, or the archived 409",
        grade="inferred",
        source="section 10, item 11",
    )
    conflict_data: bool = switch(
        False,
        doc="the 409 carries errors[0].data.contact_id",
        grade="inferred",
        source="section 10, item 11; section 2.4: no evidence that it is sent",
    )
    purge_after_s: float = switch(
        0.0,
        doc="seconds after which a deleted contact is purged and its details are free again; 0 is never",
        grade="invented",
        source="section 2.4: purge pending is observed, its length is not",
        minimum=0,
    )
    unarchive_deleted: Literal["bad_request", "server_error"] = switch(
        "bad_request",
        doc="unarchiving a deleted contact: the answer since March 2021, or the 500 of January 2021",
        grade="observed",
        source="section 2.4; REC",
    )

    # ---- values ----
    strict_values: bool = switch(
        False,
        doc="refuse invalid email and phone and strings over 255 characters; else store them (attributes are cut)",
        grade="inferred",
        source="section 10, items 2 and 5",
    )
    invalid_role: Literal["user", "refuse"] = switch(
        "user", doc="a role other than user and lead", grade="observed", source="section 10, item 13; REC"
    )
    unknown_keys: Literal["ignore", "refuse"] = switch(
        "ignore", doc="unknown top-level keys of a contact", grade="inferred", source="section 10, item 13"
    )
    timestamp_message: Literal["parameter_invalid", "bad_request"] = switch(
        "parameter_invalid",
        doc="the words for a bad timestamp: those of 2026, or the older ones",
        grade="observed",
        source="section 2.3; gh:jitsucom/jitsu#1452, gh:intercom/intercom-node#131",
    )
    validate_list_values: bool = switch(
        False,
        doc="refuse a list attribute's value outside its options",
        grade="inferred",
        source="section 10, item 5; gh:intercom/Intercom-OpenAPI#457, #466",
    )
    archived_attribute_write: Literal["refuse", "accept"] = switch(
        "refuse",
        doc="writing an archived attribute: as if it did not exist, or as before",
        grade="invented",
        source="section 4: unknown",
    )
    archived_attribute_name: Literal["taken", "free"] = switch(
        "taken", doc="defining an attribute with an archived one's name", grade="invented", source="section 4: unknown"
    )
    avatar_as: Literal["object", "text"] = switch(
        "object",
        doc='an avatar reads back as {"type", "image_url"} or as the plain address',
        grade="documented",
        source="section 2.1: OAS against DOC24",
    )

    # ---- pages and search ----
    list_per_page: int = switch(
        10,
        doc="default page size of GET /contacts",
        grade="observed",
        source="section 2.7; gh:intercom/Intercom-OpenAPI#639",
        minimum=1,
        maximum=MAX_PER_PAGE,
    )
    search_per_page: int = switch(
        50,
        doc="default page size of a search",
        grade="observed",
        source="section 3; REC",
        minimum=1,
        maximum=MAX_PER_PAGE,
    )
    per_page_over_max: Literal["clamp", "refuse"] = switch(
        "clamp", doc="per_page above 150", grade="inferred", source="section 10, item 7"
    )
    per_page_under_min: Literal["refuse", "default"] = switch(
        "refuse",
        doc="per_page below 1 or not a number: 400, or the default page size",
        grade="inferred",
        source="section 10, item 7",
    )
    search_limits: Literal["refuse", "accept"] = switch(
        "refuse",
        doc="over 15 filters in a group, or groups nested more than two deep (accept: up to 50 deep)",
        grade="inferred",
        source="section 10, item 6; section 3: the limits are documented (OAS), what exceeding them does is not",
    )
    search_unknown_field: Literal["invalid_field", "parameter_invalid"] = switch(
        "invalid_field",
        doc="code of the 400 for a field that cannot be searched",
        grade="inferred",
        source="section 10, item 6; section 3: the code of company searches (OAS 0)",
    )
    search_bad_operator: Literal["parameter_invalid", "server_error"] = switch(
        "parameter_invalid",
        doc="an operator that the field's type does not have: 400, or the 500 that AND and OR get there",
        grade="inferred",
        source="section 10, item 6; section 3: that it errors is documented (OAS)",
    )
    search_lag_s: float = switch(
        0.0,
        doc="seconds until a write shows in searches (the vendor says a few minutes; tests set it)",
        grade="inferred",
        source="section 3: that it lags is documented (OAS), by how much is not",
        minimum=0,
    )

    # ---- refusals ----
    not_found_message: Literal["User Not Found", "Contact Not Found"] = switch(
        "User Not Found",
        doc="message of the 404 of a contact when it is written to, or found by external_id (GET by id: REC)",
        grade="inferred",
        source="section 10, item 8; section 2.2: DOC24 prints the other",
    )
    missing_authorization: Literal["unauthorized", "missing_authorization"] = switch(
        "unauthorized",
        doc="code of the 401 without a credential: that of a bad token, or the one of the list of codes. As nobody is "
        "known then, the only sandbox decides, or the development one",
        grade="inferred",
        source="section 10, item 15; section 1: DOC24 error-codes",
    )
    outage_body: Literal["envelope", "html", "empty"] = switch(
        "envelope",
        doc="body of a 408, 503 or 504 that a fault plan asks for",
        grade="inferred",
        source="section 10, item 12",
    )
    request_limit_bytes: int = switch(
        0,
        doc="a larger request body gets 413; 0 is no limit (the fake itself reads 16 MB)",
        grade="inferred",
        source="section 10, item 14: none is published",
        minimum=0,
    )

    # ---- limits on the wire ----
    rate_headers: Literal["before", "after", "absent"] = switch(
        "before",
        doc="X-RateLimit-Remaining without or with the call itself counted, or no X-RateLimit headers at all",
        grade="observed",
        source="section 10, item 16; section 6: REC of 2021 and the examples of 2.17",
    )
    retry_after: bool = switch(
        False, doc="a 429 carries Retry-After", grade="observed", source="section 10, item 9: absent in REC and NODE-T"
    )
    reset_offset_s: int = switch(
        0,
        doc="seconds added to X-RateLimit-Reset (2 in 2021)",
        grade="observed",
        source="section 10, item 9; REC, NODE-T",
        minimum=0,
        maximum=3600,
    )
    workspace_limit_numbers: Literal["workspace", "app"] = switch(
        "workspace",
        doc="whose numbers a 429 of the workspace limit shows",
        grade="inferred",
        source="section 10, item 10",
    )

    # ---- Preview bulk jobs ----
    bulk_task_s: float = switch(
        1.0,
        doc="seconds that a task of a bulk job takes; 0 ends it at the next call",
        grade="invented",
        source="section 7: only the states are documented (OAS 0)",
        minimum=0,
    )
