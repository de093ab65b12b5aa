# C++ code for Temporal's protos. The .proto files come with the temporalio-protos crate; nothing is vendored.
# It is made from a copy in the build tree, whose wire is the same:
# - All is generated for the lite runtime. No message meets JSON here, and descriptors would be a tenth of a bootstrap.
# - The well-known types are messages of our own package temporal.well_known: those that come with protobuf bring its whole
#   runtime with them, and must stay what they are for users whose messages need it.
# - The task in a NexusTask is bytes, to be parsed where Nexus is served: as a message it would bring the largest file,
#   workflowservice, into every file that knows a workflow command.
# - The package temporal.api.namespace.v1 is namespace_: protobuf 3.21 does not escape the C++ keyword. No message of it
#   travels inside an Any.
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

set(well_known_types any duration empty field_mask timestamp wrappers)

set(TEMPORAL_PROTOS_DIR "${PROJECT_BINARY_DIR}/protos")
set(TEMPORAL_ORIGINAL_PROTOS "${TEMPORAL_PROTOS_CRATE}/protos/api_upstream")
set(proto_copies "${PROJECT_BINARY_DIR}/proto-sources")
set(proto_files "")
set(proto_outputs "")

# Copies a .proto file to the `name` that it has from here on, and has C++ made from it.
function(temporal_proto original name)
  file(READ "${original}" text)
  string(REPLACE "temporal.api.namespace.v1" "temporal.api.namespace_.v1" text "${text}")
  string(REPLACE "google.protobuf" "temporal.well_known" text "${text}")
  string(REPLACE "google/protobuf/" "temporal/well_known/" text "${text}")
  if(name MATCHES "sdk/core/nexus/")
    string(REPLACE "import \"temporal/api/workflowservice/v1/request_response.proto\";" "" text "${text}")
    string(REPLACE "temporal.api.workflowservice.v1.PollNexusTaskQueueResponse task" "bytes task" text "${text}")
  endif()
  string(REGEX REPLACE "(\npackage [^;]+;)" "\\1\noption optimize_for = LITE_RUNTIME;" text "${text}")
  file(CONFIGURE OUTPUT "${proto_copies}/${name}.proto" CONTENT "${text}" @ONLY)
  list(APPEND proto_files "${proto_copies}/${name}.proto")
  list(APPEND proto_outputs "${TEMPORAL_PROTOS_DIR}/${name}.pb.cc" "${TEMPORAL_PROTOS_DIR}/${name}.pb.h")
  return(PROPAGATE proto_files proto_outputs)
endfunction()

foreach(name ${proto_names})
  if(name MATCHES "^sdk/")
    temporal_proto("${TEMPORAL_PROTOS_CRATE}/protos/local/temporal/${name}.proto" "temporal/${name}")
  else()
    temporal_proto("${TEMPORAL_ORIGINAL_PROTOS}/temporal/${name}.proto" "temporal/${name}")
  endif()
endforeach()
foreach(name ${well_known_types})
  temporal_proto("${Protobuf_INCLUDE_DIRS}/google/protobuf/${name}.proto" "temporal/well_known/${name}")
endforeach()

file(MAKE_DIRECTORY "${TEMPORAL_PROTOS_DIR}")
add_custom_command(
  OUTPUT ${proto_outputs}
  COMMAND protobuf::protoc --proto_path=${proto_copies} --cpp_out=${TEMPORAL_PROTOS_DIR} ${proto_files}
  DEPENDS ${proto_files}
  COMMENT "Generating C++ code for Temporal's protos"
  VERBATIM)
set_source_files_properties(${proto_outputs} PROPERTIES SKIP_LINTING ON)

add_library(temporal_protos STATIC ${proto_outputs})
target_compile_options(temporal_protos PRIVATE -w -g0 $<$<CONFIG:Dev>:-O0>)
# Most of these files are small and include the same headers: compiled together they take a quarter of the time.
set_target_properties(temporal_protos PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
target_include_directories(temporal_protos SYSTEM PUBLIC
  $<BUILD_INTERFACE:${TEMPORAL_PROTOS_DIR}> $<INSTALL_INTERFACE:include>)
target_link_libraries(temporal_protos PUBLIC protobuf::libprotobuf)
