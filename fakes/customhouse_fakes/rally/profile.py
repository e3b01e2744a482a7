"""The switches of a fake Rally: what contract section 12 and the rules P1 to P25 of section 3.2 leave open.

Every switch is read somewhere; what it means, and how sure its default is, `profile.toml` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from customhouse_fakes.core.model import CoreLimits
from customhouse_fakes.core.profiles import AtLeastOne, Bounds, Count, Seconds


@dataclass(frozen=True)
class RallyLimits(CoreLimits):
    """Rate limits. No page names any (section 1), so they are wide."""

    app: int = 100_000
    workspace: int = 200_000
    window_s: float = 1.0


@dataclass(frozen=True)
class RallyProfile:
    """One workspace's habits. Defaults are those of section 12 where it has them."""

    # ---- what is missing or blank in a record ----
    put_scope: Literal["request_union", "person"] = "request_union"
    absent_name: Literal["blank_if_column", "unchanged", "null"] = "blank_if_column"
    blank_value: Literal["removal", "kept"] = "removal"
    null_field: Literal["cleared", "unchanged"] = "cleared"
    secondary: Literal["replace", "append"] = "replace"

    # ---- properties named by a record ----
    property_names: Literal["trimmed", "case_insensitive", "exact"] = "trimmed"
    type_conflict: Literal["refused", "first_type"] = "refused"
    new_select: Literal["created", "refused"] = "created"
    unknown_property: Literal["refused", "record_fails"] = "refused"
    same_new_property: Literal["one", "two"] = "one"

    # ---- values ----
    select_options: Literal["fails", "created"] = "fails"
    number_mismatch: Literal["fails", "coerced"] = "fails"
    date_times: Literal["refused", "truncated"] = "refused"
    max_number_chars: AtLeastOne = 16

    # ---- who is meant ----
    missing_identifier: Literal["refused", "record_fails"] = "refused"
    bad_identifier: Literal["refused", "records_fail"] = "refused"
    email_matching: Literal["insensitive", "exact"] = "insensitive"
    phone_matching: Literal["digits", "digits_only", "exact"] = "digits"
    match_secondary_emails: bool = True
    duplicates: Literal["first_wins", "last_wins"] = "first_wins"
    foreign_email: Literal["fails", "moves"] = "fails"
    secondary_collision: Literal["fails", "dropped"] = "fails"
    deleted_people: Literal["new", "revived"] = "new"

    # ---- opt-outs and populations ----
    opt_in_by_import: Literal["applied", "ignored"] = "applied"
    opt_out_events: bool = True
    unknown_population: Literal[404, 400] = 404
    exclusive_population: Literal["fails", "moves"] = "fails"

    # ---- limits ----
    max_people: AtLeastOne = 1000
    empty_request: Literal["accepted", "refused"] = "accepted"
    max_activities: AtLeastOne = 1000
    max_unique_properties: Count = 10

    # ---- the job ----
    processing: Literal["clock", "polls", "at_once"] = "clock"
    start_delay_s: Seconds = 0.05
    processing_s: Seconds = 0.2
    processing_polls: Count = 2
    visible_after_polls: Count = 0
    import_order: Literal["fifo", "overlapping"] = "fifo"
    import_outcome: Literal["completed", "error", "never"] = "completed"
    unlucky_imports: int = 0
    stops_after: Annotated[float, Bounds(0, 1)] = 0.0
    import_id: Literal["given", "null_when_empty", "never"] = "null_when_empty"
    failed_record_key: Literal["person_id", "email"] = "person_id"
    failed_record_shape: Literal["email_null", "empty"] = "email_null"

    # ---- who reads ----
    token_role: Literal[
        "SUPER_ADMIN", "OPS_MANAGER", "RESEARCHER", "COLLABORATOR", "CUSTOM", "DEVELOPER", "OBSERVER"
    ] = "OPS_MANAGER"  # noqa: S105 - a role, no password

    # ---- answers ----
    success_status: Literal[202, 200] = 202
    error_body: Literal["json", "html", "empty"] = "json"
    retry_after: bool = True

    # ---- webhooks ----
    webhook_prefix: Literal["svix", "webhook"] = "svix"
    webhook_moment: Literal["after_answer", "before_answer"] = "after_answer"
    webhook_timeout_s: Annotated[float, Bounds(0.01)] = 15.0
