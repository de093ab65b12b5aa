# Debian 12's default compiler has to be refused with a message that says why.
find_program(gcc NAMES g++-12 NO_CACHE)
if(NOT gcc)
  message("no GCC 12 here")
  return()
endif()
set(consumer "${WORK_DIR}/gcc12")
file(REMOVE_RECURSE "${consumer}")
execute_process(
  COMMAND ${CMAKE_COMMAND} -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${consumer}"
    -D "CMAKE_PREFIX_PATH=${WORK_DIR}/moved" -D "CMAKE_CXX_COMPILER=${gcc}"
  RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE output)
if(status EQUAL 0 OR NOT output MATCHES "miscompiles")
  message(FATAL_ERROR "GCC 12 was not refused with the reason: ${output}")
endif()
