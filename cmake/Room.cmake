# temporal_room(<name> SOURCES <file>... [DEPENDS <target>...] [TESTS <file>...] [TEST_DEPENDS <target>...] [TEST_LABEL <label>])
# One library temporal_<name>, exported as temporal-cpp::<name>, and one test program over the tests beside its sources.
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
set_property(GLOBAL PROPERTY temporal_rooms "")

# All test programs with the label unit.
add_custom_target(temporal_unit_tests)

# temporal_test(<target> SOURCES <file>... [DEPENDS <target>...] [LABEL <label>] [SHARED_SETUP])
# SHARED_SETUP: its tests run in one process, because starting what they share (a server) costs more than they do. The
# time limits are for what hangs.
function(temporal_test target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SHARED_SETUP" "LABEL" "SOURCES;DEPENDS")
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_DEPENDS} temporal_warnings GTest::gmock GTest::gtest_main)
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(arg_LABEL STREQUAL "unit")
    add_dependencies(temporal_unit_tests ${target})
  endif()
  if(arg_SHARED_SETUP)
    add_test(NAME ${target} COMMAND ${target})
    set_tests_properties(${target} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 900)
  else()
    gtest_discover_tests(${target} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 300 DISCOVERY_TIMEOUT 60)
  endif()
endfunction()

function(temporal_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TEST_LABEL" "SOURCES;DEPENDS;TESTS;TEST_DEPENDS")
  add_library(temporal_${name} STATIC ${arg_SOURCES})
  add_library(temporal-cpp::${name} ALIAS temporal_${name})
  set_target_properties(temporal_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(temporal_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
  target_compile_features(temporal_${name} PUBLIC cxx_std_20)
  target_link_libraries(temporal_${name} PUBLIC ${arg_DEPENDS} PRIVATE $<BUILD_INTERFACE:temporal_warnings>)
  set_property(GLOBAL APPEND PROPERTY temporal_rooms temporal_${name})
  if(BUILD_TESTING AND arg_TESTS)
    temporal_test(temporal_${name}_test LABEL ${arg_TEST_LABEL}
      SOURCES ${arg_TESTS} DEPENDS temporal_${name} ${arg_TEST_DEPENDS})
  endif()
endfunction()
