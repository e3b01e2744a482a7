"""Who calls: the kinds of tokens, and on whose business they may act (contract sections 1.1 and 1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["staff", "app", "directory"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token stands for. A staff token has a business and a staff member, an app token an app."""

    kind: Kind
    business_uid: str | None = None
    staff_uid: str | None = None
    app_code_name: str | None = None
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """An identity on one business, which it may act on; `business_uid` is empty where none is needed."""

    identity: Identity
    business_uid: str = ""
