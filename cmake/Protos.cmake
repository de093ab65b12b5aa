# C++ code for Temporal's protos. The .proto files come with the temporalio-protos crate; nothing is vendored.
# A copy in the build tree has the package temporal.api.namespace.v1 renamed to namespace_: protobuf 3.21 does not
# escape the C++ keyword. No message of that package travels inside an Any, so the wire does not change.
set(Protobuf_USE_STATIC_LIBS ON)
find_package(Protobuf 3.21 REQUIRED)
include(Cargo)
temporal_crate_dir(temporalio-protos TEMPORAL_PROTOS_CRATE)

set(proto_names
  api/activity/v1/message
  api/batch/v1/message
  api/callback/v1/message
  api/command/v1/message
  api/common/v1/message
  api/compute/v1/config
  api/compute/v1/provider
  api/compute/v1/scaler
  api/deployment/v1/message
  api/enums/v1/activity
  api/enums/v1/batch_operation
  api/enums/v1/command_type
  api/enums/v1/common
  api/enums/v1/deployment
  api/enums/v1/event_type
  api/enums/v1/failed_cause
  api/enums/v1/namespace
  api/enums/v1/nexus
  api/enums/v1/query
  api/enums/v1/reset
  api/enums/v1/schedule
  api/enums/v1/task_queue
  api/enums/v1/time_skipping
  api/enums/v1/update
  api/enums/v1/workflow
  api/errordetails/v1/message
  api/failure/v1/message
  api/filter/v1/message
  api/history/v1/message
  api/namespace/v1/message
  api/nexus/v1/message
  api/nexusoperation/v1/message
  api/protocol/v1/message
  api/query/v1/message
  api/replication/v1/message
  api/rules/v1/message
  api/schedule/v1/message
  api/sdk/v1/event_group_marker
  api/sdk/v1/task_complete_metadata
  api/sdk/v1/user_metadata
  api/sdk/v1/worker_config
  api/sdk/v1/workflow_metadata
  api/taskqueue/v1/message
  api/update/v1/message
  api/version/v1/message
  api/worker/v1/message
  api/workflow/v1/message
  api/workflowservice/v1/request_response
  sdk/core/activity_result/activity_result
  sdk/core/activity_task/activity_task
  sdk/core/child_workflow/child_workflow
  sdk/core/common/common
  sdk/core/core_interface
  sdk/core/external_data/external_data
  sdk/core/nexus/nexus
  sdk/core/workflow_activation/workflow_activation
  sdk/core/workflow_commands/workflow_commands
  sdk/core/workflow_completion/workflow_completion)

set(TEMPORAL_PROTOS_DIR "${PROJECT_BINARY_DIR}/protos")
set(proto_copies "${PROJECT_BINARY_DIR}/proto-sources")
set(proto_files "")
set(proto_outputs "")
foreach(name ${proto_names})
  set(proto "temporal/${name}.proto")
  set(original "${TEMPORAL_PROTOS_CRATE}/protos/api_upstream/${proto}")
  if(name MATCHES "^sdk/")
    set(original "${TEMPORAL_PROTOS_CRATE}/protos/local/${proto}")
  endif()
  file(READ "${original}" text)
  string(REPLACE "temporal.api.namespace.v1" "temporal.api.namespace_.v1" text "${text}")
  # No reflection: none of these messages meets JSON, and descriptors would be a tenth of a bootstrap.
  string(REGEX REPLACE "(\npackage [^;]+;)" "\\1\noption optimize_for = LITE_RUNTIME;" text "${text}")
  file(CONFIGURE OUTPUT "${proto_copies}/${proto}" CONTENT "${text}" @ONLY)
  list(APPEND proto_files "${proto_copies}/${proto}")
  list(APPEND proto_outputs "${TEMPORAL_PROTOS_DIR}/temporal/${name}.pb.cc" "${TEMPORAL_PROTOS_DIR}/temporal/${name}.pb.h")
endforeach()

file(MAKE_DIRECTORY "${TEMPORAL_PROTOS_DIR}")
add_custom_command(
  OUTPUT ${proto_outputs}
  COMMAND protobuf::protoc --proto_path=${proto_copies} --cpp_out=${TEMPORAL_PROTOS_DIR} ${proto_files}
  DEPENDS ${proto_files}
  COMMENT "Generating C++ code for Temporal's protos"
  VERBATIM)
set_source_files_properties(${proto_outputs} PROPERTIES COMPILE_OPTIONS "-w;-g0;$<$<CONFIG:Dev>:-O0>" SKIP_LINTING ON)

add_library(temporal_protos STATIC ${proto_outputs})
target_include_directories(temporal_protos SYSTEM PUBLIC
  $<BUILD_INTERFACE:${TEMPORAL_PROTOS_DIR}> $<INSTALL_INTERFACE:include>)
target_link_libraries(temporal_protos PUBLIC protobuf::libprotobuf)
