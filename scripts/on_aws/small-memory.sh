#!/usr/bin/env bash
# 128 MB, which is 7 % of a CPU: does an idle worker end in good order at its deadline?
source "$(dirname "$0")/common.sh"
create 128 30
for run in 1 2 3; do
  say "event $run"
  send_event
  pause 40 "its whole timeout"
done
show_log
say "invocations that failed (0 is right)"
count 'the invocation failed'
say "invocations that Lambda ended (0 is right)"
count 'Task timed out'
say "Look at: Max Memory Used and Init Duration of the REPORT lines"
