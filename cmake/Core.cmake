# Sets TEMPORAL_BRIDGE_MANIFEST: the bridge's crate with Temporal's core as bridge/core.patch changes it (docs/adr/0016).
# What is patched is a copy of the crate that the lock file names. The crate in bridge/ itself knows nothing of it.
include(Cargo)

set(bridge_dir "${PROJECT_SOURCE_DIR}/bridge")
set(core_patch "${bridge_dir}/core.patch")
set(patched_core "${PROJECT_SOURCE_DIR}/build/cargo/core") # one for all build directories, like what cargo makes of it
set(patched_bridge "${PROJECT_SOURCE_DIR}/build/cargo/bridge")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${core_patch}" "${bridge_dir}/Cargo.toml" "${bridge_dir}/Cargo.lock")
find_program(TEMPORAL_PATCH patch REQUIRED)

temporal_crate_dir(temporalio-sdk-core core)
file(SHA256 "${core_patch}" hash)
set(wanted "${core} ${hash}")
set(present)
if(EXISTS "${patched_core}/.patched")
  file(READ "${patched_core}/.patched" present)
endif()
if(NOT present STREQUAL wanted)
  file(REMOVE_RECURSE "${patched_core}")
  file(COPY "${core}/" DESTINATION "${patched_core}")
  execute_process(COMMAND "${TEMPORAL_PATCH}" --silent --strip 1 --fuzz 0 --input "${core_patch}"
    WORKING_DIRECTORY "${patched_core}" RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${core_patch} does not fit ${core}. docs/adr/0016 says what it is for: make it anew, or drop it.")
  endif()
  file(WRITE "${patched_core}/.patched" "${wanted}")
endif()

# The same manifest and lock file, but that core is the copy, which has no source and no checksum.
file(READ "${bridge_dir}/Cargo.toml" manifest)
string(REPLACE "[lib]\n" "[lib]\npath = \"${bridge_dir}/src/lib.rs\"\n" manifest "${manifest}")
string(APPEND manifest "\n[patch.crates-io]\ntemporalio-sdk-core = { path = \"${patched_core}\" }\n")
file(CONFIGURE OUTPUT "${patched_bridge}/Cargo.toml" CONTENT "${manifest}" @ONLY)
file(READ "${bridge_dir}/Cargo.lock" lock)
string(REGEX REPLACE "(name = \"temporalio-sdk-core\"\nversion = [^\n]*\n)source = [^\n]*\nchecksum = [^\n]*\n" "\\1" lock "${lock}")
file(CONFIGURE OUTPUT "${patched_bridge}/Cargo.lock" CONTENT "${lock}" @ONLY)
set(TEMPORAL_BRIDGE_MANIFEST "${patched_bridge}/Cargo.toml")
