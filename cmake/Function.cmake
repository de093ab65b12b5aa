# temporal_add_function(<name> SOURCES <file>...): a Lambda function: the program <name>/bootstrap and <name>/<name>.zip.
# All but libc, libm and libgcc_s is linked statically: Lambda's libstdc++ is older than most build machines'.
function(temporal_add_function name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME bootstrap RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  target_link_libraries(${name} PRIVATE temporal-cpp::lambda ${arg_DEPENDS})
  if(NOT TEMPORAL_SANITIZE)
    target_link_options(${name} PRIVATE -static-libstdc++)
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_link_options(${name} PRIVATE -s -Wl,--icf=all)
  endif()
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E tar cf ${name}.zip --format=zip bootstrap
    WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${name}"
    COMMENT "Packing ${name}.zip")
endfunction()
