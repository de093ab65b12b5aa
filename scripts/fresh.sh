#!/usr/bin/env bash
# "A fresh machine" tried, not believed: a Debian 12 with nothing but git in it, a clone of this repository's last
# commit, and `./dev demo` there, twice. Needs root and debootstrap. Mounts and processes live in namespaces of their own,
# so all of them end with this script; the folder is removed, or kept with --keep for a look.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
[[ $(id -u) == 0 ]] || {
  echo "./dev test --fresh needs root: it makes a chroot" >&2
  exit 1
}
for tool in debootstrap unshare; do
  command -v $tool >/dev/null || {
    echo "./dev test --fresh needs $tool: apt-get install ${tool/unshare/util-linux}" >&2
    exit 1
  }
done

root=$PWD/build/fresh
rm -rf --one-file-system "$root"
[[ ${1:-} == --keep ]] || trap 'rm -rf --one-file-system "$root"' EXIT
mkdir -p "$root" build/log

# The same Debian mirror as this machine's.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' 'Label: Debian' 'Component: main' 2>/dev/null | head -n 1 || true)
echo "Debian 12 into build/fresh (log: build/log/debootstrap.log)"
debootstrap --variant=minbase --include=git bookworm "$root" ${mirror:+"$mirror"} >build/log/debootstrap.log 2>&1 || {
  tail -n 20 build/log/debootstrap.log >&2
  exit 1
}

# How this machine reaches its registries: sources, proxies and certificates. Nothing else comes along.
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources \
  /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/99* /usr/local/share/ca-certificates /etc/ssl/certs/ca-certificates.crt; do
  [[ -e $file ]] || continue
  mkdir -p "$root$(dirname "$file")"
  cp -rL "$file" "$root$(dirname "$file")/"
done
[[ -e /etc/apt/sources.list || ! -e $root/etc/apt/sources.list.d/debian.sources ]] || rm -f "$root/etc/apt/sources.list"
environment=(HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
while IFS= read -r -d '' variable; do
  [[ ${variable%%=*} =~ ^(.*_proxy|.*_PROXY|PIP_.*|SSL_CERT_FILE|CARGO_HTTP_.*|CARGO_REGISTRIES_.*)$ ]] && environment+=("$variable")
done < <(env -0)

git clone -q "file://$PWD" "$root/root/temporal-cpp"

inside() {
  unshare --mount --pid --fork --kill-child --propagation private bash -euo pipefail -c '
    mount -t proc proc "$0/proc"
    mount --rbind /dev "$0/dev"
    exec chroot "$0" "$@"' "$root" env -i "${environment[@]}" "$@"
}

minutes() { awk -v s="$1" 'BEGIN { printf "%.1f min", s / 60 }'; }
start=$SECONDS
inside /root/temporal-cpp/dev demo
first=$((SECONDS - start))
start=$SECONDS
inside /root/temporal-cpp/dev demo Ann
second=$((SECONDS - start))
echo
echo "The first ./dev demo took $(minutes $first), with everything to install and build; the second $second s."
((first <= 15 * 60)) || {
  echo "The first run should take at most 15 minutes." >&2
  exit 1
}
