from dataclasses import replace

import pytest

from customhouse_conformance.facts import Row
from customhouse_conformance.judges.arrival import (
    attributes_arrive,
    exactly_once,
    roles_are_kept,
    rows_arrive,
    same_person_updated,
    strangers_untouched,
    turned_rows_arrive,
)
from tests.conformance.judges.records import ANN, BOB, LEA, contact, exchange, process, record


def test_a_clean_import_passes_every_judge() -> None:
    clean = record(ANN, BOB, LEA)
    for judge in (rows_arrive, exactly_once, roles_are_kept, attributes_arrive, same_person_updated):
        assert judge(clean).code == "ok"


@pytest.mark.parametrize(
    ("after", "code", "rows"),
    [
        ([contact(ANN)], "lost-rows", (1,)),
        ([contact(ANN), contact(BOB, status="archived")], "lost-rows", (1,)),
        ([contact(ANN), contact(BOB), contact(BOB, id="again")], "duplicated-rows", (1,)),
        ([contact(ANN, name="An"), contact(BOB)], "wrong-fields", (0,)),
        ([contact(ANN), contact(BOB), contact(LEA)], "invented", ()),
    ],
)
def test_what_can_be_wrong_with_the_store(after: list[Row], code: str, rows: tuple[int, ...]) -> None:
    finding = rows_arrive(record(ANN, BOB, after=after))
    assert (finding.code, finding.evidence.rows) == (code, rows)


def test_a_lost_row_is_told_with_the_fault_that_it_was_lost_by() -> None:
    why = "the fault plan asked for reset before the handler"
    calls = tuple(
        exchange(n, status=None, body={"email": row["email"]}, refused_by="fault:broken", why=why)
        for n, row in enumerate((BOB, ANN), start=1)
    )
    finding = rows_arrive(record(ANN, BOB, after=[contact(BOB)], exchanges=calls))
    assert finding.message == f"row 1 (1) is not in the store; exchange 2, the last to name it: {why}"
    assert finding.evidence.exchanges == (2,)
    answered = exchange(3, body={"email": ANN["email"]})
    again = rows_arrive(record(ANN, BOB, after=[contact(BOB)], exchanges=(*calls, answered)))
    assert again.message == "row 1 (1) is not in the store"


def test_what_is_not_stored_is_called_nothing() -> None:
    dated = {**ANN, "signed_up_at": 1668828567, "custom_attributes": {"plan": "pro"}}
    message = rows_arrive(record(dated, after=[contact(ANN)])).message
    assert "signed_up_at: 1668828567 is nothing" in message
    assert "custom_attributes.plan: 'pro' is nothing" in message


def test_somebody_who_was_there_before_is_not_invented() -> None:
    assert rows_arrive(record(ANN, before=[contact(LEA)], after=[contact(LEA), contact(ANN)])).code == "ok"


def test_of_two_rows_with_one_identity_the_last_counts() -> None:
    newer = {**ANN, "name": "Anna"}
    assert rows_arrive(record(ANN, newer, after=[contact(newer)])).code == "ok"
    assert rows_arrive(record(ANN, newer, after=[contact(ANN)])).code == "wrong-fields"


def test_a_reported_row_is_forgiven_only_with_an_error_exit() -> None:
    for exit_code, said, expected in [
        (1, "could not import ann@example.com", "ok"),
        (0, "could not import ann@example.com", "lost-rows"),
        (1, "", "lost-rows"),
        (1, "row ann@example.com\nrow bob@example.com", "lost-rows"),
    ]:
        run = record(ANN, BOB, after=[contact(BOB)], processes=(process(exit_code=exit_code, stderr=said),))
        assert rows_arrive(run, reported_ok=True).code == expected
        assert rows_arrive(run, reported_ok=[0]).code == expected
        assert rows_arrive(run, reported_ok=[1]).code == "lost-rows"


def test_a_row_that_is_in_may_be_reported_if_nobody_could_know_it() -> None:
    said = process(exit_code=1, stderr="no answer for ann@example.com\nno answer for bob@example.com")
    run = record(ANN, BOB, LEA, after=[contact(BOB), contact(LEA)], processes=(said,))
    assert rows_arrive(run, reported_ok=True, doubtful=[1]).code == "ok"
    assert rows_arrive(run, reported_ok=True).code == "lost-rows"


def test_to_report_a_row_that_is_there_twice_mends_nothing() -> None:
    said = process(exit_code=1, stderr="could not import ann@example.com")
    twice = record(ANN, BOB, after=[contact(ANN), contact(ANN, id="again"), contact(BOB)], processes=(said,))
    assert rows_arrive(twice, reported_ok=True).code == "duplicated-rows"


def test_what_was_only_reported_is_not_said_to_be_in_the_store() -> None:
    failed = process(exit_code=1, stderr="could not import ann@example.com")
    run = record(ANN, BOB, after=[contact(BOB)], processes=(failed,))
    for finding in (rows_arrive(run, reported_ok=True), rows_arrive(run, skip=[0])):
        assert finding.message == "1 of 2 rows are in the store exactly once, the rest was reported"
    assert rows_arrive(record(ANN, BOB)).message == "all 2 rows are in the store exactly once"


def test_blank_and_null_are_the_same_and_csv_has_no_types() -> None:
    row = {**ANN, "phone": "", "custom_attributes": {"seats": 3, "vip": True, "zip": "007"}}
    stored = contact(row, phone=None, custom_attributes={"seats": "3", "vip": "true", "zip": "007"})
    assert rows_arrive(record(row, after=[stored], source_format="csv")).code == "ok"
    assert rows_arrive(record(row, after=[stored], source_format="json")).code == "wrong-fields"
    rounded = contact(row, phone=None, custom_attributes={"seats": 3, "vip": True, "zip": 7})
    assert rows_arrive(record(row, after=[rounded], source_format="csv")).code == "wrong-fields"


def test_a_numeric_id_is_stored_as_text_and_no_other_number_is() -> None:
    row = {**ANN, "external_id": 14637613035933}
    assert rows_arrive(record(row, after=[contact(row, external_id="14637613035933")])).code == "ok"
    row = {**ANN, "signed_up_at": 1654627674}
    assert rows_arrive(record(row, after=[contact(row, signed_up_at="1654627674")])).code == "wrong-fields"


def test_a_company_is_not_compared() -> None:
    assert rows_arrive(record({**ANN, "company_id": "c-1"}, after=[contact(ANN)])).code == "ok"


def test_leads_have_no_id_of_their_own_and_may_not_become_users() -> None:
    assert rows_arrive(record(LEA)).code == "ok"
    made_up = [contact(LEA), contact({**LEA, "name": "Lea (copy)"}, id="copy")]
    assert roles_are_kept(record(LEA, after=made_up)).code == "invented"
    assert roles_are_kept(record(LEA, after=[contact(LEA), contact(LEA, id="again")])).code == "duplicated-rows"
    turned = contact({**LEA, "role": "user"})
    assert roles_are_kept(record(LEA, after=[turned])).code == "wrong-role"
    assert roles_are_kept(record(LEA, after=[])).code == "lost-rows"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"role": "user\r"}, r"; exchange 2 sent role 'user\r' for a row that says 'lead'"),
        ({}, "; exchange 2 sent no role for a row that says 'lead'"),
        ({"role": "lead"}, ""),
    ],
)
def test_a_wrong_role_is_told_with_the_call_that_sent_it(sent: Row, said: str) -> None:
    calls = (
        exchange(1, "contacts.search", body={"email": LEA["email"]}),
        exchange(2, body={"email": LEA["email"], **sent}),
        exchange(3, "contacts.update", method="PUT", path="/contacts/id-3", body={"email": LEA["email"]}),
    )
    finding = roles_are_kept(record(LEA, after=[contact({**LEA, "role": "user"})], exchanges=calls))
    assert finding.message == f"3 is a lead and became a user{said}"
    assert (finding.evidence.exchanges, finding.evidence.rows) == ((2, 3), (0,))


def test_a_lead_arrives_with_all_its_fields() -> None:
    row = {**LEA, "phone": "+15550100"}
    assert roles_are_kept(record(row, after=[contact(row, phone=None)])).code == "wrong-fields"


def test_attributes_must_not_be_refused_for_being_undefined() -> None:
    row = {**ANN, "custom_attributes": {"plan": "pro"}}
    refused = exchange(1, status=400, refused_by="rule:attribute.missing", why="no plan")
    assert attributes_arrive(record(row, exchanges=(refused,))).code == "used-before-defined"
    assert attributes_arrive(record(row, after=[contact(row, custom_attributes={})])).code == "wrong-fields"


def test_an_update_keeps_the_person() -> None:
    before = [contact(ANN, name="Old")]
    assert same_person_updated(record(ANN, before=before)).code == "ok"
    assert same_person_updated(record(ANN, before=before, after=[contact(ANN, id="new")])).code == "replaced"
    assert same_person_updated(record(ANN, before=before, after=before)).code == "wrong-fields"


def test_what_the_source_has_become_is_what_counts() -> None:
    newer = {**ANN, "name": "Anna"}

    def judge(*after: Row) -> str:
        run = record(ANN, after=[contact(row) for row in after])
        run = replace(run, header=replace(run.header, turned=(BOB, newer)))
        return turned_rows_arrive(run, fields=["email", "name"]).code

    assert judge(BOB, newer) == "ok"
    assert judge(BOB, ANN) == "wrong-fields"
    assert judge(newer) == "lost-rows"


def test_strangers_stay_as_they_are() -> None:
    before = [contact(LEA), contact(BOB, name="Old")]
    assert strangers_untouched(record(BOB, before=before, after=[contact(LEA), contact(BOB)])).code == "ok"
    touched = strangers_untouched(record(BOB, before=before, after=[contact(LEA, name="X"), contact(BOB)]))
    assert touched.code == "touched-stranger"
    assert strangers_untouched(record(BOB, before=before, after=[contact(BOB)])).code == "touched-stranger"
    without_id = {"email": BOB["email"], "name": "Bob"}
    assert strangers_untouched(record(without_id, before=before, after=[contact(LEA), contact(BOB)])).code == "ok"
