# Sourced by the trials beside this file; docs/not-yet-on-aws.md says what each is for.
#
# Needed: the AWS CLI with an account, ROLE_ARN (a role that Lambda may assume, with AWSLambdaBasicExecutionRole), and for most
# TEMPORAL_ADDRESS of a server that the function can reach, with TEMPORAL_NAMESPACE and TEMPORAL_API_KEY where it wants them.
# What is made is called temporal-cpp-trial-… and removed at the end, but for its log group. DRY_RUN=1 shows the calls only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly zip=${ZIP:-build/release/tests/test_function/test_function.zip}
name=temporal-cpp-trial-$(basename "$0" .sh)
readonly name

fail() {
  echo "$*" >&2
  exit 1
}

if [[ -z ${DRY_RUN:-} ]]; then
  [[ -f $zip ]] || fail "$zip is not there: ./dev build release test_function"
  [[ -n ${ROLE_ARN:-} ]] || fail "ROLE_ARN is not set: a role that Lambda may assume, with AWSLambdaBasicExecutionRole"
  command -v aws >/dev/null || fail "the AWS CLI is not there: https://docs.aws.amazon.com/cli/"
fi

aws_call() {
  if [[ -n ${DRY_RUN:-} ]]; then
    printf 'aws'
    printf ' %q' "$@"
    printf '\n'
  else
    aws "$@"
  fi
}

say() { echo "== $*"; }

# Its variables, in a file that only we can read, since an API key may be among them.
environment=$(mktemp)
readonly environment

# variables NAME=VALUE…: as --environment wants them.
variables() {
  python3 - "$@" >"$environment" <<'PYTHON'
import json, os, sys
inherited = {name: os.environ[name] for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_API_KEY") if name in os.environ}
chosen = dict(argument.split("=", 1) for argument in sys.argv[1:])
print(json.dumps({"Variables": {"TEMPORAL_TASK_QUEUE": "temporal-cpp-trial", **inherited, **chosen}}))
PYTHON
}

# create MEMORY TIMEOUT NAME=VALUE…; more options of create-function in the array `options`.
options=()
create() {
  local memory=$1 timeout=$2
  trap remove EXIT
  variables "${@:3}"
  aws_call lambda create-function --function-name "$name" --runtime provided.al2023 --handler bootstrap \
    --role "${ROLE_ARN:-arn:aws:iam::123456789012:role/trial}" --zip-file "fileb://$zip" --memory-size "$memory" \
    --timeout "$timeout" --environment "file://$environment" "${options[@]}" --output text --query FunctionArn
  aws_call lambda wait function-active-v2 --function-name "$name"
}

remove() {
  rm -f "$environment"
  aws_call lambda delete-function --function-name "$name" || true
}

# As Temporal's controller invokes: asynchronously, so that Lambda's own retries are seen.
send_event() { aws_call lambda invoke --function-name "$name" --invocation-type Event --payload e30= /dev/null --output text; }

# The function's log of the last minutes.
show_log() {
  say "its log (it comes some seconds late)"
  [[ -n ${DRY_RUN:-} ]] || sleep 15
  aws_call logs tail "/aws/lambda/$name" --since "${1:-10m}" --format short
}

# count WORDS: how many lines of the last minutes have them.
count() {
  aws_call logs filter-log-events --log-group-name "/aws/lambda/$name" --filter-pattern "\"$1\"" \
    --start-time "$((($(date +%s) - 900) * 1000))" --query 'length(events)' --output text
}

pause() {
  say "waiting for $1 s: $2"
  [[ -n ${DRY_RUN:-} ]] || sleep "$1"
}
