#!/usr/bin/env bash
# A burst from zero over the reserved concurrency, with the settings that docs/lambda.md names: what becomes of the rest?
source "$(dirname "$0")/common.sh"
create 256 20 TEMPORAL_LAMBDA_IDLE_TIMEOUT=1s
aws_call lambda put-function-concurrency --function-name "$name" --reserved-concurrent-executions 2
aws_call lambda put-function-event-invoke-config --function-name "$name" --maximum-retry-attempts 0 \
  --maximum-event-age-in-seconds 60
say "30 events at once"
for _ in $(seq 30); do send_event >/dev/null & done
wait
pause 180 "what waits is dropped after 60 s"
show_log
say "invocations (fewer than 30: those that waited for longer than 60 s are dropped)"
count START
say "in a second run without put-function-event-invoke-config all 30 are run, some of them minutes later"
