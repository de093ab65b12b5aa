# temporal_add_function(<name> SOURCES <file>... [DEPENDS <target>...] [FILES <file>...]): a Lambda function: the program
# <name>/bootstrap and <name>/<name>.zip, with the bootstrap and the files, which Lambda unpacks into /var/task.
# All but libc, libm and libgcc_s is linked statically: Lambda's libstdc++ is older than most build machines'. A Release
# build is small, and fails when the bootstrap would need more than Lambda's image has.
function(temporal_add_function name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;FILES")
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME bootstrap RUNTIME_OUTPUT_DIRECTORY "${folder}" CXX_EXTENSIONS OFF)
  target_link_libraries(${name} PRIVATE temporal-cpp::lambda ${arg_DEPENDS})
  target_link_options(${name} PRIVATE -Wl,--gc-sections)
  if(NOT TEMPORAL_SANITIZE)
    target_link_options(${name} PRIVATE -static-libstdc++)
  elseif(TEMPORAL_SANITIZE MATCHES address)
    target_sources(${name} PRIVATE "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/asan_options.cc")
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_link_options(${name} PRIVATE -fuse-ld=lld $<$<CONFIG:Release>:-Wl,--icf=all>)
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # Beside this file in an installed package, in scripts/ in the source tree.
    find_program(TEMPORAL_CHECK_BOOTSTRAP check_bootstrap.sh NO_DEFAULT_PATH REQUIRED
      PATHS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}" "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../scripts")
    target_link_options(${name} PRIVATE -s)
    add_custom_command(TARGET ${name} POST_BUILD COMMAND "${TEMPORAL_CHECK_BOOTSTRAP}" "${folder}/bootstrap" VERBATIM)
  endif()
  set(packed bootstrap)
  foreach(file IN LISTS arg_FILES)
    get_filename_component(file "${file}" ABSOLUTE)
    get_filename_component(file_name "${file}" NAME)
    list(APPEND packed "${file_name}")
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${file}")  # packed anew when it changes
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND ${CMAKE_COMMAND} -E copy_if_different "${file}" "${folder}/${file_name}" VERBATIM)
  endforeach()
  add_custom_command(TARGET ${name} POST_BUILD
    # Lambda runs the function as another user than it unpacks it as, whatever the umask is here.
    COMMAND chmod a+rX ${packed}
    COMMAND ${CMAKE_COMMAND} -E tar cf ${name}.zip --format=zip ${packed}
    WORKING_DIRECTORY "${folder}"
    COMMENT "Packing ${name}.zip")
endfunction()
