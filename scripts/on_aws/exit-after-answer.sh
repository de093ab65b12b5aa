#!/usr/bin/env bash
# A hook that hangs: the answer is sent in time, and the process begins anew. Lambda must take that for a success.
source "$(dirname "$0")/common.sh"
create 256 20 HOOK_HANGS=1 GRACEFUL_MS=500 TEMPORAL_LAMBDA_IDLE_TIMEOUT=1s
say "one event"
send_event
pause 240 "time for two retries, one and two minutes later, should Lambda take it for a failure"
show_log
say "invocations (1 is right; 3 says that Lambda tried again)"
count START
say "failures that Lambda reported (0 is right)"
count Runtime.ExitError
