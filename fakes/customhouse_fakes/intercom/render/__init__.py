"""Records as the JSON that Intercom answers with. All functions are pure."""

from .around import admin, company, me, note, subscription, tag
from .attributes import data_attribute
from .contacts import contact, reference
from .jobs import job
from .lists import page, plain_list

__all__ = [
    "admin",
    "company",
    "contact",
    "data_attribute",
    "job",
    "me",
    "note",
    "page",
    "plain_list",
    "reference",
    "subscription",
    "tag",
]
