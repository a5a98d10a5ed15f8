#!/bin/sh
# Thirteen checks of a pgvigil after a deployment, within a minute: sh smoke-tests.sh https://pgvigil.example
# PGVIGIL_TOKEN or PGVIGIL_TOKEN_FILE: its token, if it has one. PGVIGIL_SMOKE_ORIGIN: an origin that may read the API.
# Ends with 0 if nothing failed, 1 if something did, 2 if it was called wrongly.
set -u

URL=${1:-${PGVIGIL_URL:-}}
URL=${URL%/}
case $URL in
  http://* | https://*) ;;
  *)
    echo "usage: $0 URL" >&2
    exit 2
    ;;
esac
command -v curl > /dev/null || { echo "curl is missing" >&2; exit 2; }

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
# The token is read from a file: arguments of a process can be seen by others.
token=${PGVIGIL_TOKEN:-}
[ -z "${PGVIGIL_TOKEN_FILE:-}" ] || token=$(cat "$PGVIGIL_TOKEN_FILE") || exit 2
(umask 077 && printf 'Authorization: Bearer %s\n' "$token" > "$work/token")

passed=0 failed=0 skipped=0 number=0

# ask PATH [OPTION ...]: sets code and seconds; body and headers are in files.
ask() {
  path=$1
  shift
  : > "$work/body"
  result=$(curl --silent --max-time 5 --output "$work/body" --dump-header "$work/headers" \
    --write-out '%{http_code} %{time_total}' "$@" "$URL$path" 2> "$work/problem")
  code=${result%% *}
  seconds=${result##* }
}

# As a client that is signed in, if there is a token.
ask_signed_in() {
  if [ -n "$token" ]; then
    ask "$@" --header "@$work/token"
  else
    ask "$@"
  fi
}

body_has() {
  grep -Eq "$1" "$work/body"
}

header_has() {
  tr -d '\r' < "$work/headers" | grep -Eiq "$1"
}

why() {
  echo "status $code$([ -s "$work/problem" ] && printf ', %s' "$(head -c 200 "$work/problem")")"
}

report() { # result, name, detail
  number=$((number + 1))
  case $1 in
    ok) passed=$((passed + 1)) ;;
    FAIL) failed=$((failed + 1)) ;;
    skip) skipped=$((skipped + 1)) ;;
  esac
  printf '%-4s %2d %-32s %s\n' "$1" "$number" "$2" "${3:-}"
}

# expect NAME CONDITION...: the condition is a command.
expect() {
  name=$1
  shift
  if "$@"; then report ok "$name"; else report FAIL "$name" "$(why)"; fi
}

page() { ask_signed_in / --header 'Accept: text/html' && [ "$code" = 200 ] && body_has '<html'; }
health() { ask /health && { [ "$code" = 200 ] || [ "$code" = 503 ]; } && body_has '"status" ?: ?"(UP|DOWN)"'; }
up() { ask "$1" && [ "$code" = 200 ] && body_has '"status" ?: ?"UP"'; }
metrics() { ask /metrics && [ "$code" = 200 ] && body_has '^pgvigil_build_info\{'; }
fleet() { ask_signed_in /api/v1/fleet && [ "$code" = 200 ] && header_has '^content-type: application/json'; }
json() {
  fleet || return 1
  # With neither program: what is cut off does not end with a brace.
  if command -v jq > /dev/null; then
    jq --exit-status .total "$work/body" > /dev/null 2> "$work/problem"
  elif command -v python3 > /dev/null; then
    python3 -m json.tool "$work/body" > /dev/null 2> "$work/problem"
  else
    [ "$(tail -c 1 "$work/body")" = "}" ]
  fi
}
# The status of the fleet comes first in the answer.
status() { fleet && head -c 60 "$work/body" | grep -Eq '"status" ?: ?"(healthy|degraded)"'; }
fast() { fleet && [ "${seconds%%.*}" = 0 ]; }
no_foreign_origin() {
  ask_signed_in /api/v1/fleet --header 'Origin: https://foreign.invalid' && [ "$code" != 000 ] &&
    ! header_has '^access-control-allow-origin'
}
own_origin() {
  ask_signed_in /api/v1/fleet --header "Origin: $PGVIGIL_SMOKE_ORIGIN" &&
    header_has "^access-control-allow-origin: $PGVIGIL_SMOKE_ORIGIN\$"
}
origins() { no_foreign_origin && { [ -z "${PGVIGIL_SMOKE_ORIGIN:-}" ] || own_origin; }; }
sign_in() {
  ask /api/v1/fleet && [ "$code" = 401 ] || return 1
  ask /api/v1/fleet --header 'Authorization: Bearer certainly-wrong' && [ "$code" = 401 ] || return 1
  ask /login && [ "$code" = 200 ]
}
static() { ask /style.css && [ "$code" = 200 ] && header_has '^content-type: text/css'; }

echo "pgvigil at $URL"
expect "the page loads" page
expect "/health responds" health
expect "/health/ready is UP" up /health/ready
expect "/health/live is UP" up /health/live
expect "/metrics has series" metrics
expect "the API answers valid JSON" json
expect "the fleet is healthy or degraded" status

case $URL in
  https://*)
    host=${URL#https://}
    host=${host%%/*}
    case $host in *:*) address=$host ;; *) address=$host:443 ;; esac
    if ! command -v openssl > /dev/null; then
      report skip "certificate valid for 7 days" "openssl is missing"
    elif openssl s_client -connect "$address" -servername "${host%%:*}" < /dev/null 2> /dev/null |
      openssl x509 -noout -checkend 604800 > /dev/null 2>&1; then
      report ok "certificate valid for 7 days"
    else
      report FAIL "certificate valid for 7 days" "it expires sooner, or there is none"
    fi
    ;;
  *) report skip "certificate valid for 7 days" "no TLS" ;;
esac

expect "only known origins may read" origins
expect "the API answers within 1 s" fast
expect "all databases are up" up /health/database
if [ -n "$token" ]; then
  expect "the token is needed and asked for" sign_in
else
  report skip "the token is needed and asked for" "no token was given"
fi
expect "static files are there" static

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
