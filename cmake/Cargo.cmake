# Finds a cargo that is new enough, and the folder of a crate that the bridge's lock file names.
set(TEMPORAL_RUST_FLOOR 1.88)

function(temporal_cargo_is_new_enough result candidate)
  execute_process(COMMAND "${candidate}" --version OUTPUT_VARIABLE text ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed AND text MATCHES "cargo ([0-9]+\\.[0-9]+)" AND CMAKE_MATCH_1 VERSION_GREATER_EQUAL TEMPORAL_RUST_FLOOR)
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# A cargo on PATH first; Debian 12's own new one (packages cargo-web and rustc-web) next.
find_program(TEMPORAL_CARGO NAMES cargo cargo-web VALIDATOR temporal_cargo_is_new_enough DOC "cargo >= ${TEMPORAL_RUST_FLOOR}")
if(NOT TEMPORAL_CARGO)
  message(FATAL_ERROR "No cargo >= ${TEMPORAL_RUST_FLOOR} found. On Debian 12: apt-get install cargo-web rustc-web; or run ./dev setup.")
endif()

function(temporal_crate_dir crate result)
  get_property(metadata GLOBAL PROPERTY temporal_cargo_metadata) # of this configure: cargo is asked once
  if(NOT metadata)
    execute_process(
      COMMAND "${TEMPORAL_CARGO}" metadata --locked --format-version 1 --manifest-path "${PROJECT_SOURCE_DIR}/bridge/Cargo.toml"
      OUTPUT_VARIABLE metadata COMMAND_ERROR_IS_FATAL ANY)
    set_property(GLOBAL PROPERTY temporal_cargo_metadata "${metadata}")
  endif()
  if(NOT metadata MATCHES "\"manifest_path\":\"([^\"]*/${crate}-[0-9][^\"/]*)/Cargo.toml\"")
    message(FATAL_ERROR "cargo metadata names no crate ${crate}")
  endif()
  set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()
