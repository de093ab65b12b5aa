#!/usr/bin/env bash
# A NAT gateway forgets connections after 350 s. Needed: SUBNET_IDS and SECURITY_GROUP_IDS of a VPC whose way out is one.
source "$(dirname "$0")/common.sh"
[[ -n ${DRY_RUN:-} || -n ${SUBNET_IDS:-} ]] || fail "SUBNET_IDS and SECURITY_GROUP_IDS are not set, each a list with commas"
options=(--vpc-config "SubnetIds=${SUBNET_IDS:-subnet-1},SecurityGroupIds=${SECURITY_GROUP_IDS:-sg-1}")
create 256 20 TEMPORAL_LAMBDA_IDLE_TIMEOUT=1s
send_event
pause "${FREEZE_SECONDS:-420}" "longer than the gateway remembers"
send_event
pause 30 "the second invocation"
show_log 30m
say "connections that were found dead and replaced (1 is right, if the second invocation was a warm one)"
count 'the connection is no longer alive'
say "invocations that failed (0 is right)"
count 'the invocation failed'
