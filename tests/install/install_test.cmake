# Installs, moves the prefix, looks for paths of this machine in it, builds the consumer and runs it.
set(first "${WORK_DIR}/first")
set(prefix "${WORK_DIR}/moved")
set(consumer "${WORK_DIR}/consumer")
file(REMOVE_RECURSE "${first}" "${prefix}" "${consumer}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "failed (${status}): ${command}\n${output}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install "${BUILD_DIR}" --prefix "${first}")
file(RENAME "${first}" "${prefix}")

file(GLOB_RECURSE package_files "${prefix}/*.cmake" "${prefix}/*.h")
foreach(file IN LISTS package_files)
  file(READ "${file}" text)
  foreach(path "${SOURCE_DIR}" "${first}")
    string(FIND "${text}" "${path}/" found)
    if(NOT found EQUAL -1)
      message(FATAL_ERROR "${file} names ${path}: the package cannot be moved")
    endif()
  endforeach()
endforeach()

run(${CMAKE_COMMAND} -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${consumer}"
  -D "CMAKE_PREFIX_PATH=${prefix}" -D "CMAKE_CXX_COMPILER=${CXX}" -D "CMAKE_BUILD_TYPE=${CONFIG}")
run(${CMAKE_COMMAND} --build "${consumer}")
if(NOT EXISTS "${consumer}/shop/shop.zip")
  message(FATAL_ERROR "temporal_add_function made no zip")
endif()

# Outside Lambda and without a task queue it has to refuse at once, and say what is missing.
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env --unset=TEMPORAL_TASK_QUEUE --unset=AWS_LAMBDA_RUNTIME_API "${consumer}/shop/bootstrap"
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 30)
if(status EQUAL 0 OR NOT output MATCHES "[Tt]ask queue")
  message(FATAL_ERROR "the consumer ended with ${status} and said: ${output}")
endif()
