"""The switches of a fake inTandem: the contract's section 7, and what its section 8 lists as unknown.

Every switch is read somewhere; its grade and source speak of the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from customhouse_fakes.core.model import CoreLimits
from customhouse_fakes.core.profiles import switch


@dataclass(frozen=True)
class IntandemLimits(CoreLimits):
    """Rate limits. That 429 exists is documented, its thresholds are not (section 4.3), so they are wide."""

    app: int = switch(100_000, doc="calls per window and token", grade="invented", source="section 4.3: unpublished")
    workspace: int = switch(
        200_000, doc="calls per window, all tokens", grade="invented", source="section 4.3: unpublished"
    )
    window_s: float = switch(1.0, doc="length of a window, seconds", grade="invented", source="section 4.3")


@dataclass(frozen=True)
class IntandemProfile:
    """One platform's habits. Defaults are those of section 7 where it has them."""

    # ---- the initiating POST ----
    revision: Literal["new", "opaque", "swagger", "old"] = switch(
        "new",
        doc="session_id in the answer: a UUID, another string, an integer, or data: null",
        grade="documented",
        source="section 1.3; NEWDOC, SW, SEED",
    )
    success_status: Literal[201, 200] = switch(
        201, doc="status of an accepted import", grade="documented", source="section 1.3; SW (SEED gives none)"
    )
    require_install: Literal["lenient", "strict"] = switch(
        "lenient",
        doc="lenient: an internal assignment is as good as an install; strict: only an install counts",
        grade="inferred",
        source="section 1.4: sources conflict",
    )
    validation_order: Literal["body_first", "install_first"] = switch(
        "body_first",
        doc="after the token: the body before the app, or the other way round",
        grade="inferred",
        source="section 7",
    )
    wrong_type_message: Literal["not_installed", "wrong_type"] = switch(
        "not_installed",
        doc="what is said of an app without import_clients",
        grade="observed",
        source="section 1.3; WF: the documented text is unreachable",
    )
    staff_uid_without_staff: Literal["owner", "empty", "absent"] = switch(
        "owner",
        doc="staff_uid of the pull when an App or Directory token started it",
        grade="invented",
        source="section 1.5: unknown",
    )

    # ---- the pull ----
    per_page: int = switch(100, doc="clients asked for per page", grade="invented", source="section 2.1: unknown")
    start: Literal["after-answer", "before-answer"] = switch(
        "after-answer",
        doc="the first GET leaves with the POST's answer, or is answered before the POST is",
        grade="inferred",
        source='section 2.1: "instantly" (SEED); WF says queued',
    )
    start_delay_s: float = switch(
        0.0,
        doc="seconds between the POST and the first GET",
        grade="documented",
        source='section 2.1; SEED "instantly"',
    )
    export_session_id: bool = switch(
        False, doc="the GET carries session_id", grade="invented", source="section 2.1: unknown"
    )
    export_auth: Literal["none", "header", "hmac", "jws"] = switch(
        "none",
        doc="how the GET proves itself: not, by the client secret as Bearer, by X-Vcita-Signature, by a compact JWS",
        grade="inferred",
        source="section 2.1: none is mentioned anywhere",
    )
    join: Literal["strip", "naive"] = switch(
        "strip",
        doc="a trailing slash of api_uri is dropped, or ends up doubled in the path",
        grade="invented",
        source="section 2.1: unknown",
    )
    redirects: Literal["refuse", "follow"] = switch(
        "refuse", doc="3xx answers of the app", grade="invented", source="section 2.4: unknown"
    )
    timeout_s: float = switch(
        30.0, doc="seconds in which a page must be answered whole", grade="invented", source="section 2.1: unknown"
    )
    retries: int = switch(
        0, doc="how often a page is asked again before on_error applies", grade="invented", source="section 2.1"
    )
    backoff_s: float = switch(
        1.0, doc="seconds before a page is asked again, sandbox time", grade="invented", source="section 7"
    )
    on_error: Literal["abort", "skip", "retry"] = switch(
        "abort",
        doc="an abnormal answer ends the session, is passed over, or is asked for again",
        grade="invented",
        source="section 2.4: unknown",
    )
    give_up_after: int = switch(
        10,
        doc="abnormal answers in a row that end a session whatever on_error says",
        grade="invented",
        source="section 7",
    )
    overfull_page: Literal["accept", "truncate", "abort"] = switch(
        "accept", doc="more clients than per_page", grade="invented", source="section 2.3: unknown"
    )
    missing_clients: Literal["empty", "abort"] = switch(
        "empty", doc="data or data.clients is missing or null", grade="invented", source="section 2.4: unknown"
    )
    final_call: Literal["not_on_abort", "always", "twice", "never"] = switch(
        "not_on_abort",
        doc="when page=-1 is sent: at the end of a complete walk, after an abort too, twice, or not at all",
        grade="documented",
        source='section 2.3; SEED "one last GET"; after an abort unknown (section 2.4 against section 7)',
    )
    cap: int = switch(50_000, doc="clients per session", grade="documented", source="section 2.5; SEED")
    overflow: Literal["stop", "fail_rest"] = switch(
        "stop",
        doc="beyond the cap: the rest is left out and the session ends, or the rest is read and fails",
        grade="invented",
        source="section 2.5: unknown",
    )

    # ---- the records ----
    override_blank: Literal["keep", "erase"] = switch(
        "keep", doc="a blank value under should_override", grade="invented", source="section 3.3: unknown"
    )
    email_ignores_case: bool = switch(
        True, doc="e-mails are compared without case and outer spaces", grade="inferred", source="section 3.3"
    )
    tag_format: str = switch(
        "imported_%Y-%m-%d_%H:%M",
        doc="the tag of imported clients, strftime in UTC",
        grade="invented",
        source="section 2.5: the prefix is documented, DATE_TIME is unknown",
    )
    multi_layout: Literal["off", "rows", "nested"] = switch(
        "off",
        doc="upload_type multi (experimental): as single, rows that repeat the contact, or matters inside a client",
        grade="invented",
        source="section 3.1: unknown",
    )
    field_lag_s: float = switch(
        0.0,
        doc="seconds until a new field can be mapped (30 to 90 at the vendor)",
        grade="inferred",
        source="section 3.2; AT",
    )

    # ---- webhooks ----
    webhook_envelope: Literal["object", "array"] = switch(
        "object", doc="one event as an object, or in a list of one", grade="documented", source="section 2.6: conflict"
    )
    webhook_signature: Literal["none", "hmac"] = switch(
        "none", doc="X-Vcita-Signature: sha256=<hex>", grade="inferred", source="section 2.6: unknown"
    )
    webhook_retries: int = switch(
        0, doc="how often a failed webhook is sent again", grade="invented", source="section 2.6: unknown"
    )
    webhook_retry_s: float = switch(
        60.0, doc="seconds between two tries, sandbox time", grade="invented", source="section 2.6: unknown"
    )
    client_created_events: bool = switch(
        False, doc="an imported client fires client/created", grade="invented", source="section 4.3: unknown"
    )

    # ---- the REST side ----
    fields_envelope: Literal["object", "list"] = switch(
        "object",
        doc="data of GET /platform/v1/fields",
        grade="documented",
        source="section 3.2; DH (2025), schema.json (2022)",
    )
    clients_unauthorized: Literal[401, 422] = switch(
        401,
        doc="a wrong context on /platform/v1/clients: 401, or the gateway's 422",
        grade="documented",
        source="section 1.3; the 422 is observed",
    )
    double_slashes: bool = switch(
        True,
        doc="paths with doubled slashes are understood",
        grade="observed",
        source="section 7: sample apps send them",
    )
    form_bodies: bool = switch(
        True, doc="token requests may come as forms", grade="observed", source="section 7; section 4.1"
    )
    token_scheme: bool = switch(
        True, doc="`Authorization: Token …` is as good as Bearer", grade="observed", source="section 1.5; AbeCole/vcita"
    )
