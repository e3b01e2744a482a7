"""The account: everything that one sandbox of the fake inTandem holds, and the calls that touch several tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from customhouse_fakes.core.errors import NotFoundError
from customhouse_fakes.core.randomness import SeededRandom, secret_token
from customhouse_fakes.intandem.errors import refuse
from customhouse_fakes.intandem.profile import IntandemProfile

from .apps import IMPORTS_CLIENTS, App, Apps
from .bodies import NULLABLE_KEYS, read_client
from .business import Business
from .client import Client, Matter
from .clients import Clients
from .codes import Codes
from .fields import Fields
from .identity import Actor, Identity
from .ids import Ids
from .importing import ClientImport
from .mapping import compile_mapping
from .plan import PullPlan
from .session import Order, Session, SessionIdForm
from .subscriptions import Subscription, Subscriptions

SERVICE_TOKEN_S = 3600


class Account:
    """A directory with businesses, apps, clients and sessions. Bodies are JSON objects; refusals are `VendorError`s.

    `now` is the sandbox's clock; `sent` lists the mail and the webhooks that went out. Nothing here waits or calls
    anybody: the puller does.
    """

    def __init__(self, profile: IntandemProfile, random: SeededRandom, now: Callable[[], float]) -> None:
        self.profile = profile
        self.now = now
        self.ids = Ids(random)
        self.jwt_key = secret_token()
        self.directory_uid = self.ids.uid()
        self.businesses: dict[str, Business] = {}
        self.apps = Apps()
        self.clients = Clients(fold_emails=profile.email_ignores_case)
        self.identities: dict[str, Identity] = {}
        self.codes = Codes(now)
        self.subscriptions = Subscriptions()
        self.sessions: dict[str, Session] = {}
        self.plan = PullPlan()
        self.sent: Callable[[], Iterable[dict[str, Any]]] = tuple
        self._opened = 0

    # ---- the pull plan ----

    @property
    def pull_plan(self) -> dict[str, Any]:
        """The document in force for sessions that begin from now on."""
        return dict(self.plan.document)

    @pull_plan.setter
    def pull_plan(self, document: Mapping[str, Any]) -> None:
        """Replace it whole; raises `PullPlanError` and keeps the old one."""
        self.plan = PullPlan.read(document)

    # ---- businesses and tokens ----

    def add_business(self, uid: str | None = None, staff_uid: str | None = None) -> Business:
        number = len(self.businesses) + 1
        now = self.now()
        business = Business(
            uid=uid or self.ids.uid(),
            name=f"Business {number}",
            staff_uid=staff_uid or self.ids.uid(),
            staff_email=f"staff{number}@business{number}.example",
            created_at=now,
            fields=Fields.standard(self.ids, now),
        )
        self.businesses[business.uid] = business
        return business

    @property
    def first_business(self) -> Business:
        return next(iter(self.businesses.values()))

    def identify(self, token: str) -> Identity | None:
        """What a token stands for, or None when it stands for nothing (any more)."""
        identity = self.identities.get(token)
        if identity is None or (identity.expires_at is not None and identity.expires_at <= self.now()):
            return None
        return identity

    def issue_staff_token(self, business_uid: object) -> str:
        business = self.businesses.get(str(business_uid))
        if business is None:
            raise refuse("token_unknown_business", value=business_uid)
        return self._issue(Identity("staff", business.uid, business.staff_uid))

    def issue_app_token(self, app: App) -> str:
        """A service token; lives an hour (contract section 1.5)."""
        expires_at = self.now() + SERVICE_TOKEN_S
        return self._issue(Identity("app", app_code_name=app.app_code_name, expires_at=expires_at))

    def _issue(self, identity: Identity) -> str:
        token = secret_token()
        self.identities[token] = identity
        return token

    # ---- imports ----

    def begin_import(self, actor: Actor, app_code_name: str, body: Mapping[str, Any] | None) -> Session:
        """Check the initiating POST and open a session (contract section 1.3); `body` None is a missing one."""
        checks: list[Callable[[], None]] = [
            lambda: _require_body(body),
            lambda: self._require_app(app_code_name, actor.business_uid),
        ]
        for check in checks if self.profile.validation_order == "body_first" else reversed(checks):
            check()
        return self.open_session(self._order(actor, self.apps.by_code_name[app_code_name], dict(body or {})))

    def open_session(self, order: Order, restarted_from: str | None = None) -> Session:
        """A new session, queued."""
        self._opened += 1
        id = self.ids.session()
        given, form = self._given_id(id)
        now = self.now()
        tag = datetime.fromtimestamp(now, UTC).strftime(self.profile.tag_format)
        session = Session(id, order, given, form, tag, now, restarted_from=restarted_from)
        self.sessions[id] = session
        return session

    def session(self, id: str) -> Session:
        """A session by its own id or by the one that the app was given; raises `NotFoundError`."""
        for session in self.sessions.values():
            if id == session.id or (session.given is not None and id == str(session.given)):
                return session
        raise NotFoundError(f"there is no session {id!r}; GET …/sessions lists them")

    def importer(self, session: Session) -> ClientImport:
        return ClientImport(self.clients, self.ids, self.profile, session)

    def listeners(self, event: str, session: Session) -> list[Subscription]:
        """Who wants to hear of an event of a session."""
        return self.subscriptions.hearing(event, session.order.business_uid, session.order.app_code_name)

    def _order(self, actor: Actor, app: App, body: Mapping[str, Any]) -> Order:
        params, business = body["import_params"], self.businesses[actor.business_uid]
        fields, lag_s = business.fields, self.profile.field_lag_s
        return Order(
            business_uid=business.uid,
            staff_uid=self._staff_of(actor, business),
            staff_email=business.staff_email,
            app_code_name=app.app_code_name,
            app_name=app.name,
            api_uri=app.api_uri,
            client_secret=app.client_secret,
            mapping=compile_mapping(body["fields_mapping"], fields, self.now(), lag_s),
            should_override=params.get("should_override") is True,
            multi=params.get("upload_type") == "multi",
            notify=params.get("send_notifications_when_done") is not False,
            plan=self.plan,
        )

    def _given_id(self, id: str) -> tuple[Any, SessionIdForm | None]:
        match self.profile.revision:
            case "new":
                return id, "uuid"
            case "opaque":
                return self.ids.opaque(), "string"
            case "swagger":
                return self._opened, "integer"
        return None, None

    def _staff_of(self, actor: Actor, business: Business) -> str | None:
        if actor.identity.staff_uid is not None:
            return actor.identity.staff_uid
        return {"owner": business.staff_uid, "empty": "", "absent": None}[self.profile.staff_uid_without_staff]

    def _require_app(self, code_name: str, business_uid: str) -> None:
        app = self.apps.by_code_name.get(code_name)
        if app is None:
            raise refuse("import_not_installed", app=code_name, problem=f"There is no app {code_name}.")
        if not self.apps.usable(code_name, business_uid, strict=self.profile.require_install == "strict"):
            problem = f"The app {code_name} is not installed for the business {business_uid}."
            raise refuse("import_not_installed", app=code_name, problem=problem)
        if IMPORTS_CLIENTS not in app.app_type:
            if self.profile.wrong_type_message == "wrong_type":
                raise refuse("import_wrong_type", app=code_name)
            problem = f"The app {code_name} is installed, but not of the type {IMPORTS_CLIENTS}."
            raise refuse("import_not_installed", app=code_name, problem=problem)

    # ---- clients ----

    def create_client(self, business_uid: str, body: Mapping[str, Any]) -> Client:
        """A client out of the body of `POST /platform/v1/clients`, with its first matter."""
        if not str(body.get("first_name") or "").strip():
            raise refuse("client_first_name")
        self._require_free_email(business_uid, body.get("email"))
        now = self.now()
        values = read_client(body, self.businesses[business_uid].fields)
        client = Client(
            id=self.ids.record(),
            business_uid=business_uid,
            created_at=now,
            updated_at=now,
            created_by="api",
            **values,
        )
        return self.clients.add(client, Matter(self.ids.record(), client.id, client.display_name, now))

    def client(self, business_uid: str, id: str) -> Client:
        client = self.clients.get(business_uid, id)
        if client is None:
            raise refuse("client_not_found", id=id)
        return client

    def update_client(self, business_uid: str, id: str, body: Mapping[str, Any]) -> Client:
        """Change what is sent; blanks erase only under `force_nullifying`, the source stays (contract section 3.3)."""
        client = self.client(business_uid, id)
        self._require_free_email(business_uid, body.get("email"), but=client)
        changes = read_client(body, self.businesses[business_uid].fields)
        changes["custom"] = {**client.custom, **changes.get("custom", {})}
        changes.pop("source", None)
        if body.get("force_nullifying"):
            changes |= {key: None for key in NULLABLE_KEYS if key in body and not body[key]}
        return self.clients.put(replace(client, **changes, updated_at=self.now()))

    def delete_client(self, business_uid: str, id: str) -> Client:
        return self.clients.delete(self.client(business_uid, id), self.now())

    def _require_free_email(self, business_uid: str, email: Any, but: Client | None = None) -> None:
        holder = self.clients.with_email(business_uid, str(email) if email else None)
        if holder is not None and (but is None or holder.id != but.id):
            raise refuse("client_exists", email=email, id=holder.id)

    # ---- matters ----

    def matters_of(self, business_uid: str, client_id: str) -> tuple[Client, tuple[Matter, ...]]:
        client = self.clients.get(business_uid, client_id)
        if client is None:
            raise refuse("matter_unknown_client", id=client_id)
        return client, self.clients.matters(client)

    def create_matter(self, business_uid: str, client_id: str, body: Mapping[str, Any]) -> tuple[Client, Matter]:
        """A matter out of `{"matter": {"fields": [{"uid", "value"}], "note", "tags"}}`; its name must be new."""
        client, matters = self.matters_of(business_uid, client_id)
        document = body["matter"]
        values = {row["uid"]: row["value"] for row in document["fields"]}
        name = values.pop(self.businesses[business_uid].fields.matter_name.id, "").strip()
        if not name:
            raise refuse("matter_name_missing")
        if name in {matter.name for matter in matters}:
            raise refuse("matter_exists", name=name)
        made = Matter(
            uid=self.ids.record(),
            client_id=client.id,
            name=name,
            created_at=self.now(),
            values=tuple(values.items()),
            tags=tuple(document.get("tags") or ()),
            note=document.get("note"),
        )
        return client, self.clients.add_matter(client, made)

    # ---- snapshots ----

    def copy(self) -> Account:
        """An independent account with the same records; a session that runs is copied as cancelled.

        Its puller stays with the original.
        """
        twin = Account.__new__(Account)
        twin.__dict__.update(self.__dict__)
        twin.businesses = {uid: business.copy() for uid, business in self.businesses.items()}
        twin.identities = self.identities.copy()
        for name in ("apps", "clients", "codes", "subscriptions"):
            setattr(twin, name, getattr(self, name).copy())
        twin.sessions = {id: _settled(session, self.now()) for id, session in self.sessions.items()}
        return twin


def _require_body(body: Mapping[str, Any] | None) -> None:
    if body is None:
        raise refuse("import_body", problem="is missing or no JSON object")
    for key in ("import_params", "fields_mapping"):
        if not isinstance(body.get(key), dict):
            raise refuse("import_body", problem=f"has no object {key}")


def _settled(session: Session, now: float) -> Session:
    twin = session.copy()
    if not twin.ended:
        twin.state, twin.ended_at, twin.ended_because = "cancelled", now, "a snapshot holds no running session"
    return twin
