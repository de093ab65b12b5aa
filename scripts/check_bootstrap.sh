#!/usr/bin/env bash
# check_bootstrap.sh FILE: refuses a bootstrap that Lambda's provided.al2023 image could not start: one that needs a
# library besides libc, libm, libgcc_s and the loader, or a glibc symbol newer than the image's.
set -euo pipefail
readonly glibc_limit=2.34
file=$1

allowed='^(libc\.so\.6|libm\.so\.6|libgcc_s\.so\.1|ld-linux-(x86-64|aarch64)\.so\.[12])$'
dynamic=$(readelf --dynamic --wide "$file")
foreign=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic" | grep -vE "$allowed" || true)
if [[ -n $foreign ]]; then
  echo "$file needs libraries that Lambda's image may not have: ${foreign//$'\n'/ }" >&2
  exit 1
fi

symbols=$(objdump --dynamic-syms "$file")
highest=$(grep -oE 'GLIBC_[0-9.]+' <<<"$symbols" | sed 's/GLIBC_//' | sort -Vu | tail -n 1)
if [[ -n $highest && $(printf '%s\n%s\n' "$highest" $glibc_limit | sort -V | tail -n 1) != "$glibc_limit" ]]; then
  echo "$file needs GLIBC_$highest; Lambda's image has GLIBC_$glibc_limit. The symbols:" >&2
  grep -F "GLIBC_$highest" <<<"$symbols" >&2
  exit 1
fi
echo "GLIBC_$highest"
