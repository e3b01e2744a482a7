#!/usr/bin/env bash
# Imports a file of contacts, one JSON object a line, into Intercom. Needs curl and jq.
#
#   INTERCOM_TOKEN=... ./import.sh contacts.ndjson [https://api.intercom.io]
#
# Exit code 0: every row is in. 1: some are not; each is named on stderr. 2: nothing was begun, or the run was stopped.
set -euo pipefail

file=${1:?usage: import.sh contacts.ndjson [API]}
api=${2:-https://api.intercom.io}
: "${INTERCOM_TOKEN:?is not set}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "stopped: $*"
    exit 2
}

# call METHOD PATH [BODY]: the status into $status, the body of the answer into $work/answer.
# curl repeats what ends in a time-out, a broken connection, 408, 429 or 5xx; the token is in no process list.
call() {
    local body=()
    [ $# -lt 3 ] || body=(--header 'Content-Type: application/json' --data-binary @-)
    status=$(
        printf '%s' "${3:-}" | curl --silent --request "$1" --output "$work/answer" --write-out '%{http_code}' \
            --config <(printf 'header = "Authorization: Bearer %s"\n' "$INTERCOM_TOKEN") \
            --header 'Intercom-Version: 2.11' --header 'Accept: application/json' "${body[@]}" \
            --max-time 5 --retry 4 --retry-all-errors --retry-max-time 60 "$api$2"
    ) || true
    [ "$status" != 401 ] || stop "Intercom refuses the token"
}

reason() { jq -r '.errors[0].message // empty' "$work/answer" 2>/dev/null || true; }

define_attributes() {
    local wanted known name type
    wanted=$(jq -rn '
        def kind: if all(type == "boolean") then "boolean"
            elif all(type == "number") then (if all(. == floor) then "integer" else "float" end)
            else "string" end;
        reduce (inputs | .custom_attributes // {} | to_entries[] | select(.value != null)) as $one
            ({}; .[$one.key] += [$one.value])
        | to_entries[] | [.key, (.value | kind)] | @tsv' "$file")
    [ -n "$wanted" ] || return 0
    call GET '/data_attributes?model=contact'
    [ "$status" = 200 ] || stop "the custom attributes cannot be read: $status $(reason)"
    known=$(jq -r '.data[].name' "$work/answer")
    while IFS=$'\t' read -r name type; do
        grep -qxF -- "$name" <<<"$known" && continue
        call POST /data_attributes "$(jq -cn --arg name "$name" --arg type "$type" \
            '{name: $name, model: "contact", data_type: $type}')"
        [ "$status" = 200 ] || stop "the custom attribute $name cannot be defined: $status $(reason)"
    done <<<"$wanted"
}

# upsert BODY: 0 if the contact is there as the row says.
upsert() {
    local id
    call POST /contacts "$1"
    if [ "$status" = 409 ]; then
        id=$(reason | sed -n 's/.*id=\([0-9A-Za-z]*\).*/\1/p')
        [ -n "$id" ] || return 1
        if reason | grep -q 'archived contact'; then
            call POST "/contacts/$id/unarchive"
            [ "$status" = 200 ] || return 1
        fi
        call PUT "/contacts/$id" "$1"
    fi
    [ "$status" = 200 ]
}

jq -e . "$file" >/dev/null 2>"$work/why" || [ ! -s "$file" ] || stop "$file cannot be read: $(head -1 "$work/why")"
define_attributes

good=0 bad=0 line=0
while IFS= read -r row; do
    line=$((line + 1))
    body=$(jq -c '{external_id, email, name, phone, role, signed_up_at, custom_attributes}
        | with_entries(select(.value != null))' <<<"$row")
    if upsert "$body"; then
        good=$((good + 1))
    else
        bad=$((bad + 1))
        say "line $line: $(jq -r '"\(.external_id) \(.email)"' <<<"$row") was not imported: $status $(reason)"
    fi
done <"$file"

echo "$good imported, $bad failed"
[ "$bad" -eq 0 ]
