# The bridge's crate with Temporal's core as bridge/core.patch changes it (docs/adr/0016). What is patched is a copy of the
# crate that the lock file names; the crate in bridge/ itself knows nothing of it.
include(Cargo)
find_program(TEMPORAL_PATCH patch REQUIRED)

# Sets `result` to the folder of the bridge's manifest, made anew when something that it comes from has changed.
function(temporal_patched_bridge result)
  set(patch "${PROJECT_SOURCE_DIR}/bridge/core.patch")
  set(made "${TEMPORAL_BRIDGE_DIR}/core") # by the first of all build directories, like what cargo makes of it
  file(LOCK "${TEMPORAL_BRIDGE_DIR}/core.lock" GUARD FUNCTION)

  temporal_crate_dir(temporalio-sdk-core crate)
  file(SHA256 "${patch}" hash)
  set(wanted "${crate} ${hash}")
  set(present)
  if(EXISTS "${made}/crate/.patched")
    file(READ "${made}/crate/.patched" present)
  endif()
  if(NOT present STREQUAL wanted)
    file(REMOVE_RECURSE "${made}/crate")
    file(COPY "${crate}/" DESTINATION "${made}/crate")
    execute_process(COMMAND "${TEMPORAL_PATCH}" --silent --force --strip 1 --fuzz 0 --input "${patch}"
      WORKING_DIRECTORY "${made}/crate" RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "${patch} does not fit ${crate}. docs/adr/0016 says what it is for: make it anew, or drop it.")
    endif()
    file(WRITE "${made}/crate/.patched" "${wanted}")
  endif()

  # The same manifest and lock file, but that core is the copy, which has no source and no checksum.
  file(READ "${PROJECT_SOURCE_DIR}/bridge/Cargo.toml" manifest)
  string(REPLACE "[lib]\n" "[lib]\npath = \"${PROJECT_SOURCE_DIR}/bridge/src/lib.rs\"\n" manifest "${manifest}")
  string(APPEND manifest "\n[patch.crates-io]\ntemporalio-sdk-core = { path = \"../crate\" }\n")
  file(CONFIGURE OUTPUT "${made}/bridge/Cargo.toml" CONTENT "${manifest}" @ONLY)
  file(READ "${PROJECT_SOURCE_DIR}/bridge/Cargo.lock" lock)
  string(REGEX REPLACE
    "(name = \"temporalio-sdk-core\"\nversion = [^\n]*\n)source = [^\n]*\nchecksum = [^\n]*\n" "\\1" lock "${lock}")
  file(CONFIGURE OUTPUT "${made}/bridge/Cargo.lock" CONTENT "${lock}" @ONLY)

  # What was made is here, too: gone, it is made again.
  set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${patch}" "${PROJECT_SOURCE_DIR}/bridge/Cargo.toml" "${PROJECT_SOURCE_DIR}/bridge/Cargo.lock"
    "${made}/crate/.patched" "${made}/bridge/Cargo.toml" "${made}/bridge/Cargo.lock")
  set(${result} "${made}/bridge" PARENT_SCOPE)
endfunction()
