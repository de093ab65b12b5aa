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

# What is known to need a newer glibc than Lambda's, and what to do about it.
remedy() {
  case $1 in
    __isoc23_*) echo "strtol, scanf and the like, compiled with headers of glibc 2.38: compile with an older glibc" ;;
    _dl_find_object) echo "libgcc, linked statically: leave out -static-libgcc and -static" ;;
    arc4random | arc4random_buf) echo "a program's own call: use getrandom; or a bootstrap that temporal_add_function did not link" ;;
    *) echo "build on a machine with an older glibc, or leave out what calls it" ;;
  esac
}

symbols=$(objdump --dynamic-syms "$file" | grep -oE '\(?GLIBC_[0-9.]+\)? +[^ ]+$' | tr -d '()' || true)
highest=$(sed -nE 's/^GLIBC_([0-9.]+) .*/\1/p' <<<"$symbols" | sort -Vu | tail -n 1)
too_new=$(while read -r version symbol; do
  version=${version#GLIBC_}
  [[ $(printf '%s\n%s\n' "$version" $glibc_limit | sort -V | tail -n 1) == "$glibc_limit" ]] || echo "$symbol $version"
done <<<"$symbols")
if [[ -n $too_new ]]; then
  echo "$file needs a newer glibc than Lambda's image has, which is $glibc_limit:" >&2
  while read -r symbol version; do
    echo "  $symbol (glibc $version): $(remedy "$symbol")" >&2
  done <<<"$too_new"
  echo "The link option -Wl,--trace-symbol=<symbol> says which object or library uses it." >&2
  exit 1
fi
echo "GLIBC_$highest"
