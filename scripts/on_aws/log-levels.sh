#!/usr/bin/env bash
# Lambda's JSON log format with the level ERROR: which of our lines pass its filter?
source "$(dirname "$0")/common.sh"
options=(--logging-config LogFormat=JSON,ApplicationLogLevel=ERROR,SystemLogLevel=INFO)
create 256 20 TEMPORAL_ADDRESS=127.0.0.1:1
say "one event, of a function whose server is not there"
send_event
pause 10 "the invocation"
show_log
say "lines of ours with the level ERROR (at least 1 is right)"
count 'the invocation failed'
say "lines of ours below it (0 is right)"
count 'invocation started'
