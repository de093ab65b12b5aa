# temporal_add_function(<name> SOURCES <file>... [DEPENDS <target>...] [FILES <file>...]): a Lambda function: the program
# <name>/bootstrap and <name>/<name>.zip, with the bootstrap and the files, which Lambda unpacks into /var/task.
# All but libc, libm and libgcc_s is linked statically: Lambda's libstdc++ is older than most build machines'.
# `temporal-lambda package` makes the zip and says whether AWS can start it: what it cannot is an error in a Release build, and
# a warning in others. A Release build is small: what a debugger needs is beside it, in <name>/bootstrap.debug.
set(TEMPORAL_LAMBDA_TOOL "" CACHE FILEPATH
  "The temporal-lambda that packs functions, where the one that belongs to this build cannot run on this machine")

# Sets `result` to what runs the tool as a command.
function(temporal_lambda_tool result)
  if(TEMPORAL_LAMBDA_TOOL)
    if(NOT EXISTS "${TEMPORAL_LAMBDA_TOOL}")
      message(FATAL_ERROR "TEMPORAL_LAMBDA_TOOL is ${TEMPORAL_LAMBDA_TOOL}, which does not exist: name a temporal-lambda")
    endif()
    set(${result} "${TEMPORAL_LAMBDA_TOOL}" PARENT_SCOPE)
  elseif(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    message(FATAL_ERROR
      "temporal-lambda packs functions, and a cross build makes one that cannot run here: build or install temporal-cpp for "
      "this machine, too, and name its tool with -D TEMPORAL_LAMBDA_TOOL=<prefix>/bin/temporal-lambda")
  else()
    set(${result} temporal-cpp::temporal-lambda PARENT_SCOPE)
  endif()
endfunction()

# Moves what a debugger needs out of `folder`/bootstrap into bootstrap.debug. The build id is in both.
function(temporal_split_debug_information name folder)
  if(NOT CMAKE_OBJCOPY)
    message(FATAL_ERROR "objcopy was not found: install binutils or LLVM, or name it with -D CMAKE_OBJCOPY=<path>")
  endif()
  target_compile_options(${name} PRIVATE -g1) # lines and functions, no variables
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_OBJCOPY} --only-keep-debug bootstrap bootstrap.debug
    COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=bootstrap.debug bootstrap
    WORKING_DIRECTORY "${folder}"
    VERBATIM)
endfunction()

function(temporal_add_function name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;FILES")
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME bootstrap RUNTIME_OUTPUT_DIRECTORY "${folder}" CXX_EXTENSIONS OFF)
  target_link_libraries(${name} PRIVATE temporal-cpp::lambda ${arg_DEPENDS})
  target_link_options(${name} PRIVATE -Wl,--gc-sections -Wl,--build-id=sha1)
  if(NOT TEMPORAL_SANITIZE)
    target_link_options(${name} PRIVATE -static-libstdc++)
  elseif(TEMPORAL_SANITIZE MATCHES address)
    target_sources(${name} PRIVATE "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/asan_options.cc")
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_link_options(${name} PRIVATE -fuse-ld=lld $<$<CONFIG:Release>:-Wl,--icf=all>)
  endif()
  set(package_options --quiet --output ${name}.zip)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    temporal_split_debug_information(${name} "${folder}")
  else()
    list(APPEND package_options --force)
  endif()
  foreach(file IN LISTS arg_FILES)
    get_filename_component(file "${file}" ABSOLUTE)
    get_filename_component(file_name "${file}" NAME)
    list(APPEND package_options --file "${file}")
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${file}")  # packed anew when it changes
    # For who starts the bootstrap where it is.
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND ${CMAKE_COMMAND} -E copy_if_different "${file}" "${folder}/${file_name}" VERBATIM)
  endforeach()
  temporal_lambda_tool(tool)
  if(TARGET ${tool})
    add_dependencies(${name} ${tool})
  endif()
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${tool} package bootstrap ${package_options}
    WORKING_DIRECTORY "${folder}"
    COMMENT "Packing ${name}.zip"
    VERBATIM)
endfunction()
