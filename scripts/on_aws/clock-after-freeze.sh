#!/usr/bin/env bash
# An environment that was frozen for an hour: is its clock right when the next event comes?
source "$(dirname "$0")/common.sh"
create 256 20 TEMPORAL_LAMBDA_IDLE_TIMEOUT=1s
send_event
pause "${FREEZE_SECONDS:-3600}" "the environment rests; Lambda may well retire it meanwhile: then try again"
send_event
pause 30 "the second invocation"
show_log 2h
say "Look at: is the second START without an INIT_START (a warm one)? Is time_left_seconds of its line 'invocation started' between 18 and 20?"
say "clocks that are wrong (0 is right)"
count 'is the clock wrong'
