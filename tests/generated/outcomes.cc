#include "outcomes.h"

#include "interpreter.h"

#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <utility>

namespace temporal::generated {
namespace {

using api::failure::v1::Failure;

Failure application_failure(int number) {
  Failure failure;
  failure.set_message("the failure of " + name_of_request(number));
  failure.mutable_application_failure_info()->set_type("Generated");
  return failure;
}

Failure cancellation() {
  Failure failure;
  failure.set_message("Cancelled");
  failure.mutable_canceled_failure_info();
  return failure;
}

Failure of_activity(const std::string& id, Failure cause) {
  Failure failure;
  failure.set_message("Activity task failed");
  auto& info = *failure.mutable_activity_failure_info();
  info.set_activity_id(id);
  info.mutable_activity_type()->set_name("work");
  *failure.mutable_cause() = std::move(cause);
  return failure;
}

Failure of_child(const std::string& id, Failure cause) {
  Failure failure;
  failure.set_message("Child Workflow execution failed");
  auto& info = *failure.mutable_child_workflow_execution_failure_info();
  info.mutable_workflow_execution()->set_workflow_id(id);
  info.mutable_workflow_type()->set_name("Child");
  *failure.mutable_cause() = std::move(cause);
  return failure;
}

/// Results of activities and of children have the same shape.
template <class Result>
void set_outcome(Result& result, int number, How how, const auto& wrap, bool wraps_failures) {
  if (how == How::well) {
    *result.mutable_completed()->mutable_result() =
        converter::to_proto(converter::to_payload(result_of_request(number)));
  } else if (how == How::badly) {
    auto failure = application_failure(number);
    *result.mutable_failed()->mutable_failure() = wraps_failures ? wrap(std::move(failure)) : std::move(failure);
  } else {
    *result.mutable_cancelled()->mutable_failure() = wrap(cancellation());
  }
}

}  // namespace

Job fired(std::uint32_t seq) {
  Job job;
  job.mutable_fire_timer()->set_seq(seq);
  return job;
}

Job activity_outcome(std::uint32_t seq, const std::string& id, int number, How how) {
  Job job;
  job.mutable_resolve_activity()->set_seq(seq);
  const auto wrap = [&](Failure cause) { return of_activity(id, std::move(cause)); };
  set_outcome(*job.mutable_resolve_activity()->mutable_result(), number, how, wrap, true);
  return job;
}

Job local_activity_outcome(std::uint32_t seq, const std::string& id, int number, How how) {
  Job job;
  job.mutable_resolve_activity()->set_seq(seq);
  job.mutable_resolve_activity()->set_is_local(true);
  const auto wrap = [&](Failure cause) { return of_activity(id, std::move(cause)); };
  set_outcome(*job.mutable_resolve_activity()->mutable_result(), number, how, wrap, false);
  return job;
}

Job local_activity_backs_off(std::uint32_t seq, std::uint32_t next_attempt) {
  Job job;
  job.mutable_resolve_activity()->set_seq(seq);
  job.mutable_resolve_activity()->set_is_local(true);
  auto& back_off = *job.mutable_resolve_activity()->mutable_result()->mutable_backoff();
  back_off.set_attempt(next_attempt);
  converter::set_duration(*back_off.mutable_backoff_duration(), std::chrono::seconds{2});
  return job;
}

Job child_started(std::uint32_t seq) {
  Job job;
  job.mutable_resolve_child_workflow_execution_start()->set_seq(seq);
  job.mutable_resolve_child_workflow_execution_start()->mutable_succeeded()->set_run_id("run of a child");
  return job;
}

Job child_not_started(std::uint32_t seq, const std::string& id) {
  Job job;
  auto& start = *job.mutable_resolve_child_workflow_execution_start();
  start.set_seq(seq);
  start.mutable_failed()->set_workflow_id(id);
  start.mutable_failed()->set_workflow_type("Child");
  start.mutable_failed()->set_cause(
      coresdk::child_workflow::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
  return job;
}

Job child_cancelled(std::uint32_t seq, const std::string& id) {
  Job job;
  auto& start = *job.mutable_resolve_child_workflow_execution_start();
  start.set_seq(seq);
  *start.mutable_cancelled()->mutable_failure() = of_child(id, cancellation());
  return job;
}

Job child_outcome(std::uint32_t seq, const std::string& id, int number, How how) {
  Job job;
  job.mutable_resolve_child_workflow_execution()->set_seq(seq);
  const auto wrap = [&](Failure cause) { return of_child(id, std::move(cause)); };
  set_outcome(*job.mutable_resolve_child_workflow_execution()->mutable_result(), number, how, wrap, true);
  return job;
}

Job signal_outcome(std::uint32_t seq, int number, How how) {
  Job job;
  auto& resolved = *job.mutable_resolve_signal_external_workflow();
  resolved.set_seq(seq);
  if (how == How::badly) *resolved.mutable_failure() = application_failure(number);
  if (how == How::cancelled) *resolved.mutable_failure() = cancellation();
  return job;
}

Job cancel_outcome(std::uint32_t seq, int number, How how) {
  Job job;
  auto& resolved = *job.mutable_resolve_request_cancel_external_workflow();
  resolved.set_seq(seq);
  if (how == How::badly) *resolved.mutable_failure() = application_failure(number);
  return job;
}

}  // namespace temporal::generated
