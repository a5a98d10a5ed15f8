#!/usr/bin/env python3
"""A flow that runs its steps only if its databases are ready.

    PGVIGIL_URL=http://localhost:8080 python3 gated_flow.py shop orders

PGVIGIL_TOKEN is sent if it is set. Exit codes: 0 done, 1 the databases are not ready in time, 2 a wrong request.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get("PGVIGIL_URL", "http://localhost:8080").rstrip("/")
PATIENCE_SECONDS = int(os.environ.get("PATIENCE_SECONDS", "300"))
LONGEST_WAIT_SECONDS = 60


class WrongRequest(Exception):
    """pgvigil does not accept the request: trying again does not help."""


def prerequisites(targets, wait_seconds):
    """Returns whether the databases are ready, and pgvigil's answer; (False, None) if pgvigil does not answer."""
    body = {"targets": targets, "wait_seconds": wait_seconds, "performance_threshold_ms": 1000}
    request = urllib.request.Request(
        f"{URL}/api/v1/prerequisites",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    token = os.environ.get("PGVIGIL_TOKEN")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=wait_seconds + 5) as response:
            return True, json.load(response)
    except urllib.error.HTTPError as error:
        if 400 <= error.code < 500 and error.code != 429:
            raise WrongRequest(f"{error.code}: {error.read().decode(errors='replace')}") from error
        if error.headers.get_content_type() == "application/json":
            return False, json.load(error)
    except OSError as error:
        print(f"pgvigil does not answer: {error}", file=sys.stderr)
    return False, None


def report(answer):
    for target in answer["targets"]:
        print(f"{target['name']}: {target['status']}")
        for issue in target["issues"]:
            print(f"  {issue['severity']}: {issue['message']}")


def ready(targets):
    """Waits until the databases are ready."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        left = max(0, int(end - time.monotonic()))
        ok, answer = prerequisites(targets, min(left, LONGEST_WAIT_SECONDS))
        if answer:
            report(answer)
        if ok or left == 0:
            return ok
        time.sleep(min(1, left))


def flow():
    print("extract, transform, load")


def main(targets):
    try:
        if not ready(targets):
            print("The databases are not ready: nothing was run.", file=sys.stderr)
            return 1
    except WrongRequest as error:
        print(error, file=sys.stderr)
        return 2
    flow()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
