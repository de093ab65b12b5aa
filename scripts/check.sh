#!/usr/bin/env bash
# Formatting and lint of our own code: C++ with clang-format and clang-tidy, Rust with rustfmt and clippy where cargo has them.
# clang-tidy takes half a minute a file, so it reads those changed since the last commit on origin/main; --all reads all.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t sources < <(git ls-files '*.cc' '*.h' ':!bridge/include')
clang-format-19 --dry-run --Werror "${sources[@]}"
if cargo fmt --version >/dev/null 2>&1; then cargo fmt --manifest-path bridge/Cargo.toml --check; fi
if cargo clippy --version >/dev/null 2>&1; then
  cargo clippy --quiet --locked --manifest-path bridge/Cargo.toml --target-dir build/cargo --all-targets -- -D warnings
fi
[[ -f build/dev/compile_commands.json ]] || cmake --preset dev >/dev/null
if [[ ${1:-} == --all ]]; then
  mapfile -t units < <(git ls-files '*.cc')
else
  base=$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD)
  mapfile -t units < <(git diff --name-only --diff-filter=d "$base" -- '*.cc')
fi
((${#units[@]})) || exit 0
printf '%s\n' "${units[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy-19 --quiet -p build/dev
