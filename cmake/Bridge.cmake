# target temporal_bridge: the Rust crate in bridge/, built by cargo with the profile that fits: release for what is shipped,
# dev otherwise. Cargo itself sees whether there is anything to do.
set(TEMPORAL_BRIDGE_DIR "${PROJECT_BINARY_DIR}" CACHE PATH "Where cargo builds; several build directories may share it")
include(Core) # and cargo

temporal_patched_bridge(bridge_crate)
set(bridge_target_dir "${TEMPORAL_BRIDGE_DIR}/cargo")
if(CMAKE_BUILD_TYPE MATCHES "^(Release|MinSizeRel)$")
  set(bridge_profile release)
  set(bridge_folder release)
else()
  set(bridge_profile dev)
  set(bridge_folder debug)
endif()
set(TEMPORAL_BRIDGE_LIBRARY "${bridge_target_dir}/${bridge_folder}/libtemporal_bridge.a")
file(GLOB bridge_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bridge/src/*.rs")

# Cargo locks its folder, so build directories that build at once wait for each other.
add_custom_command(
  OUTPUT "${TEMPORAL_BRIDGE_LIBRARY}"
  COMMAND "${TEMPORAL_CARGO}" build --quiet --locked --profile ${bridge_profile}
          --manifest-path "${bridge_crate}/Cargo.toml" --target-dir "${bridge_target_dir}"
  COMMAND ${CMAKE_COMMAND} -E touch_nocreate "${TEMPORAL_BRIDGE_LIBRARY}"
  DEPENDS ${bridge_sources} "${bridge_crate}/Cargo.toml" "${bridge_crate}/Cargo.lock" "${bridge_crate}/../crate/.patched"
  COMMENT "Building the bridge with cargo, profile ${bridge_profile} (minutes the first time)"
  USES_TERMINAL
  VERBATIM)
add_custom_target(temporal_bridge_build DEPENDS "${TEMPORAL_BRIDGE_LIBRARY}")

add_library(temporal_bridge STATIC IMPORTED GLOBAL)
add_dependencies(temporal_bridge temporal_bridge_build)
set_target_properties(temporal_bridge PROPERTIES IMPORTED_LOCATION "${TEMPORAL_BRIDGE_LIBRARY}")
target_include_directories(temporal_bridge INTERFACE "${PROJECT_SOURCE_DIR}/bridge/include")
target_link_libraries(temporal_bridge INTERFACE Threads::Threads ${CMAKE_DL_LIBS} m)

if(BUILD_TESTING AND NOT TEMPORAL_SANITIZE AND bridge_profile STREQUAL dev)
  set(cargo_test "${TEMPORAL_CARGO}" test --quiet --locked --lib --manifest-path "${bridge_crate}/Cargo.toml"
    --target-dir "${bridge_target_dir}")
  # Compiled here, not by the test, which would take all cores from those that run beside it.
  set(bridge_tests_built "${PROJECT_BINARY_DIR}/bridge-tests.stamp")
  add_custom_command(OUTPUT "${bridge_tests_built}"
    COMMAND ${cargo_test} --no-run
    COMMAND ${CMAKE_COMMAND} -E touch "${bridge_tests_built}"
    DEPENDS ${bridge_sources} "${TEMPORAL_BRIDGE_LIBRARY}"
    COMMENT "Building the bridge's own tests with cargo"
    USES_TERMINAL
    VERBATIM)
  add_custom_target(temporal_bridge_tests ALL DEPENDS "${bridge_tests_built}")
  add_test(NAME Bridge.RustTests COMMAND ${cargo_test})
  set_tests_properties(Bridge.RustTests PROPERTIES LABELS bridge TIMEOUT 900)
endif()

# The C++ side of the messages that cross the boundary.
set(bridge_proto "${PROJECT_SOURCE_DIR}/bridge/proto/temporal_bridge.proto")
set(bridge_proto_dir "${PROJECT_BINARY_DIR}/bridge-proto")
file(MAKE_DIRECTORY "${bridge_proto_dir}")
set(bridge_proto_outputs "${bridge_proto_dir}/temporal_bridge.pb.cc" "${bridge_proto_dir}/temporal_bridge.pb.h")
add_custom_command(
  OUTPUT ${bridge_proto_outputs}
  COMMAND protobuf::protoc --proto_path=${PROJECT_SOURCE_DIR}/bridge/proto --cpp_out=${bridge_proto_dir} ${bridge_proto}
  DEPENDS ${bridge_proto}
  VERBATIM)
set_source_files_properties(${bridge_proto_outputs} PROPERTIES COMPILE_OPTIONS "-w;-g0")
add_library(temporal_bridge_messages STATIC ${bridge_proto_outputs})
target_include_directories(temporal_bridge_messages SYSTEM PUBLIC
  $<BUILD_INTERFACE:${bridge_proto_dir}> $<INSTALL_INTERFACE:include>)
target_link_libraries(temporal_bridge_messages PUBLIC protobuf::libprotobuf)
