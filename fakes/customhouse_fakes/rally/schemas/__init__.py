"""JSON Schema files (draft 2020-12): request bodies by operation, own answers by name, webhooks, seed and app."""

from functools import partial

from customhouse_fakes.core.schemas import vendor

schema = partial(vendor.schema, __package__)
parts = partial(vendor.parts, __package__)
request_body = partial(vendor.request_body, __package__)
answer_problems = partial(vendor.answer_problems, __package__)
