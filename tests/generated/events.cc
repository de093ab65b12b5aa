#include "events.h"

namespace temporal::generated {
namespace {

std::string of(std::uint32_t seq) { return " " + std::to_string(seq); }

template <class Result>
std::string end_of(const Result& result) {
  if (result.has_completed()) return " completed";
  return result.has_cancelled() ? " cancelled" : " failed";
}

}  // namespace

bool is_query(const Activation& activation) {
  return activation.jobs_size() > 0 && activation.jobs(0).has_query_workflow();
}

bool ends_run(const Command& command) {
  return command.has_complete_workflow_execution() || command.has_fail_workflow_execution() ||
         command.has_cancel_workflow_execution() || command.has_continue_as_new_workflow_execution();
}

std::string to_text(const Job& job) {
  switch (job.variant_case()) {
    case Job::kInitializeWorkflow:
      return "initialize";
    case Job::kNotifyHasPatch:
      return "has patch " + job.notify_has_patch().patch_id();
    case Job::kFireTimer:
      return "fire timer" + of(job.fire_timer().seq());
    case Job::kQueryWorkflow:
      return job.query_workflow().query_id();
    case Job::kCancelWorkflow:
      return "cancel workflow";
    case Job::kSignalWorkflow:
      return "signal " + job.signal_workflow().signal_name() + " " + job.signal_workflow().input(0).data() +
             (job.signal_workflow().input_size() > 1 ? ", body " + job.signal_workflow().input(1).data() : "");
    case Job::kDoUpdate:
      return job.do_update().id() +
             (job.do_update().input_size() > 1 ? ", body " + job.do_update().input(1).data() : "") +
             (job.do_update().run_validator() ? "" : ", without its validator");
    case Job::kResolveActivity: {
      const auto& resolved = job.resolve_activity();
      return (resolved.is_local() ? "local activity" : "activity") + of(resolved.seq()) +
             (resolved.result().has_backoff() ? " backs off" : end_of(resolved.result()));
    }
    case Job::kResolveChildWorkflowExecutionStart: {
      const auto& start = job.resolve_child_workflow_execution_start();
      return "child" + of(start.seq()) +
             (start.has_succeeded() ? " started"
              : start.has_failed()  ? " did not start"
                                    : " taken back");
    }
    case Job::kResolveChildWorkflowExecution:
      return "child" + of(job.resolve_child_workflow_execution().seq()) +
             end_of(job.resolve_child_workflow_execution().result());
    case Job::kResolveSignalExternalWorkflow:
      return "signal to other" + of(job.resolve_signal_external_workflow().seq()) +
             (job.resolve_signal_external_workflow().has_failure() ? " failed" : " arrived");
    case Job::kResolveRequestCancelExternalWorkflow:
      return "cancellation of other" + of(job.resolve_request_cancel_external_workflow().seq()) +
             (job.resolve_request_cancel_external_workflow().has_failure() ? " failed" : " arrived");
    default:
      return "job " + std::to_string(job.variant_case());
  }
}

std::string to_text(const Command& command) {
  switch (command.variant_case()) {
    case Command::kStartTimer:
      return "start timer" + of(command.start_timer().seq()) + ", " +
             std::to_string(command.start_timer().start_to_fire_timeout().seconds()) + " s";
    case Command::kCancelTimer:
      return "cancel timer" + of(command.cancel_timer().seq());
    case Command::kScheduleActivity:
      return "schedule activity" + of(command.schedule_activity().seq());
    case Command::kRequestCancelActivity:
      return "cancel activity" + of(command.request_cancel_activity().seq());
    case Command::kScheduleLocalActivity:
      return "schedule local activity" + of(command.schedule_local_activity().seq());
    case Command::kRequestCancelLocalActivity:
      return "cancel local activity" + of(command.request_cancel_local_activity().seq());
    case Command::kStartChildWorkflowExecution:
      return "start child" + of(command.start_child_workflow_execution().seq());
    case Command::kCancelChildWorkflowExecution:
      return "cancel child" + of(command.cancel_child_workflow_execution().child_workflow_seq());
    case Command::kSignalExternalWorkflowExecution:
      return "signal other" + of(command.signal_external_workflow_execution().seq());
    case Command::kCancelSignalWorkflow:
      return "cancel signal to other" + of(command.cancel_signal_workflow().seq());
    case Command::kRequestCancelExternalWorkflowExecution:
      return "cancel other" + of(command.request_cancel_external_workflow_execution().seq());
    case Command::kSetPatchMarker:
      return "patch marker " + command.set_patch_marker().patch_id();
    case Command::kRespondToQuery:
      return "answer to " + command.respond_to_query().query_id();
    case Command::kUpdateResponse: {
      const auto& response = command.update_response();
      return response.protocol_instance_id() + (response.has_accepted()   ? " accepted"
                                                : response.has_rejected() ? " rejected"
                                                                          : " completed");
    }
    case Command::kCompleteWorkflowExecution:
      return "complete workflow";
    case Command::kFailWorkflowExecution:
      return "fail workflow: " + command.fail_workflow_execution().failure().message();
    case Command::kCancelWorkflowExecution:
      return "workflow cancelled";
    case Command::kContinueAsNewWorkflowExecution:
      return "continue as new";
    default:
      return "command " + std::to_string(command.variant_case());
  }
}

std::string to_text(const Activation& activation) {
  std::string text;
  for (const auto& job : activation.jobs()) text += (text.empty() ? "" : ", ") + to_text(job);
  return text;
}

std::string to_text(const Commands& commands) {
  std::string text;
  for (const auto& command : commands) text += "\n    " + to_text(command);
  return text.empty() ? " nothing" : text;
}

}  // namespace temporal::generated
