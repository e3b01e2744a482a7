"""Apps, to whom they are assigned, and where they are installed (contract section 1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customhouse_fakes.core.randomness import secret_hex
from customhouse_fakes.intandem.errors import refuse

from .ids import Ids

IMPORTS_CLIENTS = "import_clients"
CODE_NAME = re.compile(r"[a-zA-Z0-9]+")
MODES = ("internal", "pre_installed")


@dataclass(frozen=True, slots=True)
class App:
    """One app. `client_id` and `client_secret` are its OAuth credentials."""

    app_id: str
    app_code_name: str
    name: str
    app_type: tuple[str, ...]
    api_uri: str | None
    redirect_uri: str | None
    url_params: tuple[str, ...]
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Assignment:
    uid: str
    app_code_name: str
    assignee_uid: str
    assignee_type: str
    mode: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Install:
    uid: str
    app_code_name: str
    business_uid: str
    created_at: float


class Apps:
    """The apps of a directory, by code name."""

    def __init__(self) -> None:
        self.by_code_name: dict[str, App] = {}
        self.assignments: list[Assignment] = []
        self.installs: list[Install] = []

    def create(self, body: Mapping[str, Any], ids: Ids) -> App:
        """An app out of the body of `POST /platform/v1/apps`; raises `app_invalid`."""
        name = body.get("name")
        if not isinstance(name, str) or not 3 <= len(name) <= 25:
            raise refuse("app_invalid", problem="name must be 3 to 25 characters long")
        code_name = body.get("app_code_name") or re.sub(r"[^a-zA-Z0-9]", "", name).lower()
        if not isinstance(code_name, str) or not CODE_NAME.fullmatch(code_name):
            raise refuse("app_invalid", problem="app_code_name must contain only alphanumeric characters")
        if code_name in self.by_code_name:
            raise refuse("app_invalid", problem="app_code_name has already been taken")
        types = body.get("app_type") or ()
        return self.put(
            App(
                app_id=ids.record(),
                app_code_name=code_name,
                name=name,
                app_type=(types,) if isinstance(types, str) else tuple(types),
                api_uri=body.get("api_uri"),
                redirect_uri=body.get("redirect_uri"),
                url_params=tuple(body.get("url_params") or ()),
                client_id=secret_hex(64),
                client_secret=secret_hex(64),
            )
        )

    def put(self, app: App) -> App:
        self.by_code_name[app.app_code_name] = app
        return app

    def with_client_id(self, client_id: object) -> App | None:
        return next((app for app in self.by_code_name.values() if app.client_id == client_id), None)

    def assign(self, body: Mapping[str, Any], directory_uid: str, ids: Ids, now: float) -> Assignment:
        """An assignment out of the body of `POST /v3/apps/app_assignments`; raises `app_assignment_invalid`."""
        code_name, mode = body.get("app_code_name"), (body.get("settings") or {}).get("assignment_mode")
        if code_name not in self.by_code_name:
            raise refuse(
                "app_assignment_invalid", problem=f"app {code_name} does not exist in directory {directory_uid}"
            )
        if mode not in MODES:
            raise refuse("app_assignment_invalid", problem="assignment_mode must be internal or pre_installed")
        made = Assignment(
            ids.uid(), str(code_name), str(body.get("assignee_uid")), str(body.get("assignee_type")), mode, now
        )
        self.assignments.append(made)
        return made

    def install(self, code_name: str, business_uid: str, ids: Ids, now: float) -> Install:
        """Install an app; raises `app_unknown`. Installing twice is one install."""
        if code_name not in self.by_code_name:
            raise refuse("app_unknown", what="app_code_name", value=code_name)
        for install in self.installs:
            if (install.app_code_name, install.business_uid) == (code_name, business_uid):
                return install
        self.installs.append(Install(ids.uid(), code_name, business_uid, now))
        return self.installs[-1]

    def usable(self, code_name: str, business_uid: str, *, strict: bool) -> bool:
        """Whether a business can use an app: installed, or (unless `strict`) internally assigned."""
        installed = any((i.app_code_name, i.business_uid) == (code_name, business_uid) for i in self.installs)
        return installed or (not strict and self._assigned(code_name, business_uid))

    def businesses_of(self, code_name: str) -> list[str]:
        """Where an app is installed."""
        return [install.business_uid for install in self.installs if install.app_code_name == code_name]

    def copy(self) -> Apps:
        twin = Apps()
        twin.by_code_name = self.by_code_name.copy()
        twin.assignments = self.assignments.copy()
        twin.installs = self.installs.copy()
        return twin

    def _assigned(self, code_name: str, business_uid: str) -> bool:
        """Internally, to the business itself or to the whole directory."""
        return any(
            row.app_code_name == code_name
            and row.mode == "internal"
            and (row.assignee_type == "directory" or row.assignee_uid == business_uid)
            for row in self.assignments
        )
