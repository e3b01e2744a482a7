"""The switches of a fake Rally: what contract section 12 and the rules P1 to P25 of section 3.2 leave open.

Every switch is read somewhere; its grade and source speak of the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from customhouse_fakes.core.model import CoreLimits
from customhouse_fakes.core.profiles import switch


@dataclass(frozen=True)
class RallyLimits(CoreLimits):
    """Rate limits. No page names any (section 1), so they are wide."""

    app: int = switch(
        100_000,
        doc="calls per window and token",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/users/gets-a-paginated-list-of-all-users does not say",
    )
    workspace: int = switch(
        200_000,
        doc="calls per window, all tokens",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/users/gets-a-paginated-list-of-all-users does not say",
    )
    window_s: float = switch(
        1.0,
        doc="length of a window, seconds",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/users/gets-a-paginated-list-of-all-users does not say",
    )


@dataclass(frozen=True)
class RallyProfile:
    """One workspace's habits. Defaults are those of section 12 where it has them."""

    # ---- what is missing or blank in a record ----
    put_scope: Literal["request_union", "person"] = switch(
        "request_union",
        doc="a missing property is erased if another record of the request names it, or always",
        grade="inferred",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    absent_name: Literal["blank_if_column", "unchanged", "null"] = switch(
        "blank_if_column",
        doc="no firstName or lastName: erased if another record of the request has the key, left alone, or erased",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    blank_value: Literal["removal", "kept"] = switch(
        "removal",
        doc='null, "" or an empty list as value of a property: removes the stored one, or leaves it',
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    null_field: Literal["cleared", "unchanged"] = switch(
        "cleared",
        doc="null as email (when it does not identify), phone, lastContactDate or additional address; "
        "isOptedOut null changes nothing",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people does not say",
    )
    secondary: Literal["replace", "append"] = switch(
        "replace",
        doc="additionalEmails and additionalPhones replace the stored ones, or are added to them",
        grade="invented",
        source="https://docs.rallyuxr.com",
    )

    # ---- properties named by a record ----
    property_names: Literal["trimmed", "case_insensitive", "exact"] = switch(
        "trimmed",
        doc="how names of properties are compared",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    type_conflict: Literal["refused", "first_type"] = switch(
        "refused",
        doc="one new name with two types in a request: 400 and nothing created, or the first type wins",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    new_select: Literal["created", "refused"] = switch(
        "created",
        doc="a new select property named by a record: made without options, or 400",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    unknown_property: Literal["refused", "record_fails"] = switch(
        "refused",
        doc="an unknown propertyId: 400 for the whole request, or the record fails",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    same_new_property: Literal["one", "two"] = switch(
        "one",
        doc="an import that names a property which another unfinished import creates: uses it, or makes a twin",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )

    # ---- values ----
    select_options: Literal["fails", "created"] = switch(
        "fails",
        doc="an option that is neither name nor id of one: the record fails, or the option is created",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    number_mismatch: Literal["fails", "coerced"] = switch(
        "fails",
        doc="a value that is not spelt as its property's type (012 as a number): the record fails, or it is converted",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    date_times: Literal["refused", "truncated"] = switch(
        "refused",
        doc="a date with a time part: the record fails, or the first ten characters count",
        grade="inferred",
        source="https://docs.rallyuxr.com/api-reference/people/import-people: the CSV door refuses them (https://help.rallyuxr.com/en/articles/10319220-add-people-via-csv-import)",
    )
    max_number_chars: int = switch(
        16,
        doc="characters of a number",
        grade="documented",
        source="https://help.rallyuxr.com/articles/5709755306-properties",
        minimum=1,
    )

    # ---- who is meant ----
    missing_identifier: Literal["refused", "record_fails"] = switch(
        "refused",
        doc="a record without a value for the identifier: 400 for the whole request, or the record fails",
        grade="inferred",
        source="https://docs.rallyuxr.com/api-reference/people/import-people: a missing value refuses the request",
    )
    bad_identifier: Literal["refused", "records_fail"] = switch(
        "refused",
        doc="identifierPropertyId is unknown or not unique: 400, or accepted and every record fails",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    email_matching: Literal["insensitive", "exact"] = switch(
        "insensitive",
        doc="how e-mails are compared; they are stored as given",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    phone_matching: Literal["digits", "digits_only", "exact"] = switch(
        "digits",
        doc="phones are compared by digits and a leading +, by digits alone, or as they are",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    match_secondary_emails: bool = switch(
        True,
        doc="an e-mail also means the person that holds it as an additional one",
        grade="inferred",
        source="https://help.rallyuxr.com/en/articles/9213350-out-the-box-properties",
    )
    duplicates: Literal["first_wins", "last_wins"] = switch(
        "first_wins",
        doc="one identifier twice in a request: later ones fail, or each is applied in turn",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    foreign_email: Literal["fails", "moves"] = switch(
        "fails",
        doc="by another identifier, an e-mail that belongs to somebody else: the record fails, or it takes the e-mail",
        grade="documented",
        source="https://docs.rallyuxr.com/api-reference/participants/import-participants-to-a-study",
    )
    secondary_collision: Literal["fails", "dropped"] = switch(
        "fails",
        doc="an additional e-mail that belongs to somebody else: the record fails, or that address is left out",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    deleted_people: Literal["new", "revived"] = switch(
        "new",
        doc="a deleted person that is imported again: another person id, or the old one with what it held",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )

    # ---- opt-outs and populations ----
    opt_in_by_import: Literal["applied", "ignored"] = switch(
        "applied",
        doc="isOptedOut false on a person that opted out",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    opt_out_events: bool = switch(
        True,
        doc="an import that changes isOptedOut of an existing person fires person.opted_out",
        grade="invented",
        source="https://docs.rallyuxr.com",
    )
    unknown_population: Literal[404, 400] = switch(
        404,
        doc="status for an unknown populationId",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    exclusive_population: Literal["fails", "moves"] = switch(
        "fails",
        doc="a person that an exclusive population shuts out: the record fails, or leaves its populations",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )

    # ---- limits ----
    max_people: int = switch(
        1000,
        doc="people of a request",
        grade="inferred",
        source="https://docs.rallyuxr.com/api-reference/people/import-people: documented for participants (https://docs.rallyuxr.com/api-reference/participants/import-participants-to-a-study)",
        minimum=1,
    )
    empty_request: Literal["accepted", "refused"] = switch(
        "accepted",
        doc="a request without people",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people does not say",
    )
    max_activities: int = switch(
        1000,
        doc="activities of a request, over all people",
        grade="documented",
        source="https://docs.rallyuxr.com/api-reference/backfills/import-activities",
        minimum=1,
    )
    max_unique_properties: int = switch(
        10,
        doc="unique properties of a workspace",
        grade="documented",
        source="https://docs.rallyuxr.com/api-reference/person-properties/create-multiple-new-person-properties, https://help.rallyuxr.com/articles/5709755306-properties",
        minimum=0,
    )

    # ---- the job ----
    processing: Literal["clock", "polls", "at_once"] = switch(
        "clock",
        doc="imports progress with the sandbox's clock, with the calls that ask for them, or are done when accepted",
        grade="invented",
        source="https://docs.rallyuxr.com",
    )
    start_delay_s: float = switch(
        0.05,
        doc="seconds of NOT_STARTED, under clock",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/imports/gets-an-import-by-id does not say",
        minimum=0,
    )
    processing_s: float = switch(
        0.2,
        doc="seconds of UPLOADING, under clock",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/imports/gets-an-import-by-id does not say",
        minimum=0,
    )
    processing_polls: int = switch(
        2,
        doc="polls that see an import unfinished, under polls",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/imports/gets-an-import-by-id",
        minimum=0,
    )
    visible_after_polls: int = switch(
        0,
        doc="polls that find no such import yet (404)",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
        minimum=0,
    )
    import_order: Literal["fifo", "overlapping"] = switch(
        "fifo",
        doc="imports run one after another, or side by side: then a later one ends first",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    import_outcome: Literal["completed", "error", "never"] = switch(
        "completed",
        doc="imports come to COMPLETED, to ERROR, or stay UPLOADING for ever",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    unlucky_imports: int = switch(
        0, doc="how many imports, from the first on, have that outcome; 0: all", grade="invented", source="ours"
    )
    stops_after: float = switch(
        0.0,
        doc="part of the people that is imported before an import errs or freezes",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/imports/gets-an-import-by-id does not say",
        minimum=0,
        maximum=1,
    )
    import_id: Literal["given", "null_when_empty", "never"] = switch(
        "null_when_empty",
        doc="importId of the answer: always given, null when no record is left to import, or always null",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people: nullable, when is unknown",
    )
    failed_record_key: Literal["person_id", "email"] = switch(
        "person_id",
        doc="failedRecords name known people by personId and others by email, or all by email",
        grade="documented",
        source="https://docs.rallyuxr.com/webhooks/person-import-api-finished: either is possible",
    )
    failed_record_shape: Literal["email_null", "empty"] = switch(
        "email_null",
        doc='a failed record with neither: {"email": null} or {}',
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/imports/gets-an-import-by-id does not say",
    )

    # ---- who reads ----
    token_role: Literal[
        "SUPER_ADMIN", "OPS_MANAGER", "RESEARCHER", "COLLABORATOR", "CUSTOM", "DEVELOPER", "OBSERVER"
    ] = switch(
        "OPS_MANAGER",
        doc="role of the token's user; PII and PHI are hidden from DEVELOPER and OBSERVER",
        grade="inferred",
        source="https://help.rallyuxr.com/articles/5709755306-properties, https://help.rallyuxr.com/en/articles/9172374-users-roles-and-permissions",
    )

    # ---- answers ----
    success_status: Literal[202, 200] = switch(
        202,
        doc="status of an accepted import",
        grade="inferred",
        source="https://rallyuxr.readme.io/reference/participantstatus_changed-1: 202 on the sibling (https://docs.rallyuxr.com/api-reference/backfills/import-activities)",
    )
    error_body: Literal["json", "html", "empty"] = switch(
        "json", doc="bodies of 401, 403, 404 and 429", grade="invented", source="https://docs.rallyuxr.com does not say"
    )
    retry_after: bool = switch(
        True, doc="a 429 carries Retry-After", grade="invented", source="https://docs.rallyuxr.com does not say"
    )

    # ---- webhooks ----
    webhook_prefix: Literal["svix", "webhook"] = switch(
        "svix",
        doc="prefix of the signature headers",
        grade="inferred",
        source="https://docs.svix.com/receiving/verifying-payloads/how-manual",
    )
    webhook_moment: Literal["after_answer", "before_answer"] = switch(
        "after_answer",
        doc="an import that is done when accepted tells so after the answer, or before it",
        grade="invented",
        source="https://docs.rallyuxr.com/api-reference/people/import-people",
    )
    webhook_timeout_s: float = switch(
        15.0,
        doc="seconds in which a webhook must be answered; real time, whatever the sandbox's clock says",
        grade="documented",
        source="https://docs.svix.com/retries",
        minimum=0.01,
    )
