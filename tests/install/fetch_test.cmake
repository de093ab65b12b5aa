# A project that fetches the source: nothing is made in the source tree, which may be read-only.
set(consumer "${WORK_DIR}/fetched")
file(REMOVE_RECURSE "${consumer}")
execute_process(
  COMMAND ${CMAKE_COMMAND} -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/fetched" -B "${consumer}"
    -D "TEMPORAL_CPP=${SOURCE_DIR}" -D "CMAKE_CXX_COMPILER=${CXX}" -D CMAKE_BUILD_TYPE=Release
  RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE output)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "failed (${status}): ${output}")
endif()
if(NOT EXISTS "${consumer}/_deps/temporal-cpp-build/core/crate/.patched")
  message(FATAL_ERROR "core was not patched in the build tree")
endif()
file(READ "${consumer}/build.ninja" rules)
foreach(made IN ITEMS "${SOURCE_DIR}/build/cargo" "${SOURCE_DIR}/build/core" _test.dir/)
  string(FIND "${rules}" "${made}" found)
  if(NOT found EQUAL -1)
    string(SUBSTRING "${rules}" ${found} 200 rule)
    message(FATAL_ERROR "the build would make ${rule}")
  endif()
endforeach()
