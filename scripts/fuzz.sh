#!/usr/bin/env bash
# Runs each fuzzer for a while (60 s, or $1) from the seeds in fuzz/seeds and what earlier runs found. A finding is left in
# build/fuzz/findings: mend what it shows, with a test, and keep the input as a seed.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
mkdir -p build/fuzz/findings
for fuzzer in build/fuzz/fuzz/fuzz_*; do
  [[ -x $fuzzer && -f $fuzzer ]] || continue
  name=${fuzzer##*/fuzz_}
  mkdir -p "build/fuzz/corpus/$name"
  echo "== $name"
  "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" "fuzz/seeds/$name" 2>&1 | grep -v '^INFO'
done
rm -f /dev/shm/temporal-fuzz-*.toml
