"""What the judges of clients say of hand-written pages."""

import pytest

from customhouse_conformance.facts import Row
from customhouse_conformance.judges import clients

from .pulls import ADA, BOB, CYD, app, asked, client, probe, pulled, start, visit

NOBODY: Row = {"external_id": "7", "first_name": " ", "email": "nobody@example.com"}
ROWS = (ADA, NOBODY, BOB)


@pytest.mark.parametrize(
    ("page", "said", "code"),
    [
        ([ADA, BOB], "left out: 7", "ok"),
        ([ADA, BOB], "", "not-reported"),
        ([ADA, {**NOBODY, "first_name": "Friend"}, BOB], "", "ok"),
        ([ADA, NOBODY, BOB], "", "nameless-sent"),
        ([ADA], "left out: 7", "cut-short"),
        ([ADA, BOB, ADA], "left out: 7", "doubled-rows"),
    ],
)
def test_first_names(page: list[Row], said: str, code: str) -> None:
    run = pulled(asked(2, page, per_page=5), rows=ROWS, processes=(app(visit(body=said)),))
    assert clients.nobody_is_nameless(run).code == code


def test_text() -> None:
    rows = ({**ADA, "first_name": " Ada\n"}, BOB)
    fields = ["first_name"]
    assert clients.text_is_kept(pulled(asked(2, list(rows)), rows=rows), fields).code == "ok"
    tidied = clients.text_is_kept(pulled(asked(2, [ADA, BOB]), rows=rows), fields)
    assert (tidied.code, tidied.evidence.rows) == ("changed", (0,))
    assert clients.text_is_kept(pulled(asked(2, [rows[0]]), rows=rows), fields).code == "lost-rows"


FULL: Row = {**ADA, "last_name": "Lovelace", "phone": "+44 1", "address": "", "vip": "1", "note": "x"}
LABELS = {"email": "Email", "mobile": "Phone", "phone": "Phone", "address": "x", "vip": "Vip"}
LABELS |= {"last_name": "Last name", "surname": "Last name"}
MAPPED = start(fields_mapping=LABELS)


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({}, "ok", "1 clients carry"),
        ({"address": None, "email": " ADA@example.com"}, "ok", ""),
        ({"note": None}, "ok", ""),
        ({"phone": "441"}, "changed", "phone '+44 1' was sent as '441'"),
        ({"phone": None}, "not-sent", "phone '+44 1' was not sent"),
        ({"phone": None, "mobile": "+44 1"}, "ok", ""),
        ({"last_name": None}, "not-sent", "last_name 'Lovelace' was not sent"),
        ({"last_name": "LOVELACE"}, "changed", "sent as 'LOVELACE'"),
        ({"last_name": None, "surname": "Lovelace"}, "ok", ""),
        ({"vip": "0"}, "changed", "vip"),
        ({"external_id": None, "phone": "441"}, "changed", "phone"),
        ({"external_id": None, "email": None}, "not-shown", "none could be compared"),
    ],
)
def test_all_that_a_row_holds_is_sent(change: Row, code: str, said: str) -> None:
    sent = {name: value for name, value in {**FULL, **change}.items() if value is not None}
    finding = clients.fields_are_kept(pulled(MAPPED, asked(2, [sent]), rows=(FULL,)))
    assert finding.code == code
    assert said in finding.message


def test_what_is_not_announced_does_not_arrive() -> None:
    finding = clients.fields_are_kept(pulled(start(), asked(2, [FULL]), rows=(FULL,)))
    assert (finding.code, "leave it out of source.columns" in finding.message) == ("not-announced", True)


def test_what_is_announced_under_another_key_does_not_arrive() -> None:
    other = start(fields_mapping={"surname": "Last name", "email": "Email"})
    row = {**ADA, "last_name": "Lovelace"}
    assert clients.fields_are_kept(pulled(other, asked(2, [row]), rows=(row,))).code == "not-sent"


def test_one_client_for_everybody_shows_nothing_of_ids() -> None:
    assert clients.ids_are_kept(pulled(asked(2, [ADA]), asked(3, [ADA], page=2))).code == "not-shown"


def test_rows_that_did_not_come_are_another_promise() -> None:
    assert clients.fields_are_kept(pulled(MAPPED, asked(2, [BOB]), rows=(FULL, BOB))).code == "ok"


def test_fields() -> None:
    mapped = start(fields_mapping={"email": "Email", "vip": "Very important"})
    assert clients.only_mapped_fields(pulled(mapped, asked(2, [ADA, {**BOB, "Very important": "1"}]))).code == "ok"
    leak = clients.only_mapped_fields(pulled(mapped, asked(2, [ADA, {**BOB, "margin": "0.4"}])))
    assert leak.code == "unmapped"
    assert "'margin'" in leak.message


@pytest.mark.parametrize(
    ("sent", "code"), [("0042", "ok"), (42, "changed-id"), ("42", "changed-id"), (None, "changed-id")]
)
def test_ids(sent: object, code: str) -> None:
    row = {**ADA, "external_id": "0042"}
    assert clients.ids_are_kept(pulled(asked(2, [{**row, "external_id": sent}]), rows=(row,))).code == code


def test_ids_without_an_email() -> None:
    sent = [{"external_id": "1", "first_name": "Ada"}, {"external_id": "2", "first_name": "Bob"}]
    assert clients.ids_are_kept(pulled(asked(2, sent))).code == "ok"
    wrong = clients.ids_are_kept(pulled(asked(2, [{"external_id": "01", "first_name": "Ada"}]), rows=(ADA,)))
    assert (wrong.code, wrong.message) == ("changed-id", "external_id '1' was sent as '01'")
    without = clients.ids_are_kept(pulled(asked(2, [{"first_name": "Ada"}])))
    assert without.message == "external_id '1' was not sent"
    nobody = clients.ids_are_kept(pulled(asked(2, [{"external_id": "77", "first_name": "Zoe"}])))
    assert nobody.message == "external_id '77' is no row's"


def test_ids_have_one_type_everywhere() -> None:
    run = pulled(asked(2, [ADA]), probe(3, [{**BOB, "external_id": 2}]))
    assert clients.ids_are_kept(run).code == "mixed-types"


def test_blanks() -> None:
    row = {**ADA, "phone": ""}
    before = [client(ADA, phone="+1")]
    kept = pulled(asked(2, [ADA]), rows=(row,), before=before, after=[client(ADA, phone="+1")])
    assert clients.blanks_are_left_out(kept).code == "ok"
    sent = pulled(asked(2, [row]), rows=(row,), before=before, after=[client(ADA, phone="+1")])
    assert clients.blanks_are_left_out(sent).code == "blank-sent"
    erased = pulled(asked(2, [ADA]), rows=(row,), before=before, after=[client(ADA)])
    assert clients.blanks_are_left_out(erased).code == "erased"


def test_people() -> None:
    twin = {**ADA, "external_id": "8", "email": "ADA@example.com"}
    blank = {"external_id": "9", "first_name": "Zoe", "email": ""}
    rows = (ADA, twin, blank, CYD)

    def judge(sent: list[Row], stored: list[Row]) -> str:
        return clients.same_people_once(
            pulled(asked(2, sent, per_page=9), rows=rows, after=[client(row) for row in stored])
        ).code

    good = [ADA, blank, CYD]
    assert judge(good, good) == "ok"
    assert judge([ADA, {**blank, "email": "9@none.example"}, CYD], good) == "invented-email"
    assert judge([ADA, CYD], [ADA, CYD]) == "lost-rows"
    assert judge(good, [ADA, blank]) == "lost-rows"
    assert judge([ADA, twin, blank, CYD], [ADA, twin, blank, CYD]) == "doubled-people"
