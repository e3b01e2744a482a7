"""Companies, and companies of contacts (contract section 5)."""

from __future__ import annotations

from typing import Any

from customhouse_fakes.core.call import Call
from customhouse_fakes.intercom import render
from customhouse_fakes.intercom.errors import refuse
from customhouse_fakes.intercom.paging import Page, numbered_page, parse_page
from customhouse_fakes.intercom.state.companies import Company
from customhouse_fakes.intercom.state.workspace import Workspace

Json = dict[str, Any]
ATTACHED_PER_PAGE = 50


def upsert(call: Call) -> Json:
    return render.company(call.state, call.state.upsert_company(call.json))


def get(call: Call, id: str) -> Json:
    return render.company(call.state, call.state.companies.get(id))


def find(call: Call) -> Json:
    """One company by company_id, those of a name, or a page of all."""
    query = call.query
    state: Workspace = call.state
    if "company_id" in query:
        company = state.companies.with_company_id(query["company_id"])
        if company is None:
            raise refuse("company_not_found")
        return render.company(state, company)
    if "name" in query:
        named = state.companies.with_name(query["name"])
        return _page(state, numbered_page(named, 1, max(1, len(named)), key=_key))
    page = state.list_companies(
        query.get("page"), query.get("per_page"), query.get("starting_after"), tag_id=query.get("tag_id")
    )
    return _page(state, page)


def list_all(call: Call) -> Json:
    query = call.query
    page = call.state.list_companies(
        query.get("page"),
        query.get("per_page"),
        query.get("starting_after"),
        order="asc" if query.get("order") == "asc" else "desc",
    )
    return _page(call.state, page)


def scroll(call: Call) -> Json:
    param, companies = call.state.scroll_companies(call.credential, call.query.get("scroll_param"))
    rows = [render.company(call.state, company) for company in companies]
    return {"type": "list", "data": rows, "pages": None, "total_count": None, "scroll_param": param}


def attach(call: Call, id: str) -> Json:
    company = call.state.attach_company(id, call.json.get("id"), call.version)
    return render.company(call.state, company)


def detach(call: Call, id: str, company_id: str) -> Json:
    return render.company(call.state, call.state.detach_company(id, company_id, call.version))


def list_attached(call: Call, id: str) -> Json:
    """The companies of a contact. `next` is an address here, and null on the last page."""
    state: Workspace = call.state
    companies = [state.companies.by_id[held] for held in state.contacts.get(id, call.version).companies]
    page = numbered_page(companies, parse_page(call.query.get("page")), ATTACHED_PER_PAGE, key=_key)
    listed = _page(state, page)
    if page.next is not None:
        query = f"page={page.number + 1}&per_page={page.per_page}"
        listed["pages"]["next"] = f"https://api.intercom.io/contacts/{id}/companies?{query}"
    return listed


def _page(state: Workspace, page: Page[Company]) -> Json:
    return render.page(page, lambda company: render.company(state, company), null_next=True)


def _key(company: Company) -> tuple[int, str]:
    return (company.created_at * 1000, company.id)
