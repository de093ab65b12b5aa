#!/usr/bin/env bash
# check_bootstrap_test.sh CHECK COMPILER: what scripts/check_bootstrap.sh says of a program that calls arc4random itself.
set -euo pipefail
check=$1
compiler=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/main.cc" <<'END'
#include <cstdlib>
int main() { return arc4random() == 0; }
END
if ! "$compiler" -o "$folder/bootstrap" "$folder/main.cc" -nostdlib++; then
  echo "this machine's glibc has no arc4random: nothing is too new here"
  exit 0
fi
if said=$("$check" "$folder/bootstrap" 2>&1); then
  echo "accepted: $said"
  exit 1
fi
echo "$said"
grep -q 'arc4random (glibc 2.36): .*use getrandom' <<<"$said"
grep -q -- '--trace-symbol' <<<"$said"
