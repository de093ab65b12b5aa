// What the world makes of commands.
#include "world.h"

#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <algorithm>
#include <utility>

namespace temporal::generated {
namespace {

using coresdk::child_workflow::ChildWorkflowCancellationType;
using coresdk::workflow_commands::ActivityCancellationType;

template <class Arguments>
int number_in(const Arguments& arguments) {
  return converter::from_payload<int>(converter::to_payload(arguments.Get(0)));
}

}  // namespace

std::string World::take(const Commands& commands) {
  if (decided_ && !commands.empty()) return "a command after the run was decided: " + to_text(commands[0]);
  std::string refused;
  for (const auto& command : commands) {
    if (!ends_run(command) && refused.empty()) refused = take(command);
  }
  for (const auto& command : commands) {
    if (!ends_run(command)) continue;
    if (std::exchange(decided_, true)) return "the run is decided twice: " + to_text(command);
  }
  for (auto& each : asked_) each.in_history = each.in_history || each.kind == Kind::local;
  if (decided_) std::erase_if(asked_, [](const Asked& each) { return each.kind == Kind::local; });
  return refused;
}

std::string World::end_task(bool recorded) {
  for (auto& each : asked_) each.in_history = true;
  if (!recorded) history_length_ -= 5;
  for (const auto& [id, state] : updates_) {
    if (state == UpdateState::requested && !decided_) return id + " was neither accepted nor rejected in its task";
  }
  return {};
}

std::string World::take(const Command& command) {
  switch (command.variant_case()) {
    case Command::kStartTimer: {
      const auto& start = command.start_timer();
      const auto length =
          std::chrono::duration_cast<std::chrono::milliseconds>(converter::to_duration(start.start_to_fire_timeout()));
      if (length.count() <= 0) return "a timer of no time";
      return ask({.kind = Kind::timer, .seq = start.seq(), .due = now_ + length.count()});
    }
    case Command::kCancelTimer:
      return cancel(Kind::timer, command.cancel_timer().seq());
    case Command::kScheduleActivity: {
      const auto& schedule = command.schedule_activity();
      return ask({.kind = Kind::activity,
                  .seq = schedule.seq(),
                  .number = number_in(schedule.arguments()),
                  .cancellation = schedule.cancellation_type(),
                  .id = schedule.activity_id()});
    }
    case Command::kRequestCancelActivity:
      return cancel(Kind::activity, command.request_cancel_activity().seq());
    case Command::kScheduleLocalActivity: {
      const auto& schedule = command.schedule_local_activity();
      return ask({.kind = Kind::local,
                  .seq = schedule.seq(),
                  .number = number_in(schedule.arguments()),
                  .cancellation = schedule.cancellation_type(),
                  .id = schedule.activity_id(),
                  .attempt = schedule.attempt()});
    }
    case Command::kRequestCancelLocalActivity:
      return cancel(Kind::local, command.request_cancel_local_activity().seq());
    case Command::kStartChildWorkflowExecution: {
      const auto& start = command.start_child_workflow_execution();
      return ask({.kind = Kind::child,
                  .seq = start.seq(),
                  .number = number_in(start.input()),
                  .cancellation = start.cancellation_type(),
                  .id = start.workflow_id()});
    }
    case Command::kCancelChildWorkflowExecution:
      return cancel(Kind::child, command.cancel_child_workflow_execution().child_workflow_seq());
    case Command::kSignalExternalWorkflowExecution: {
      const auto& signal = command.signal_external_workflow_execution();
      return ask({.kind = Kind::signal, .seq = signal.seq(), .number = number_in(signal.args())});
    }
    case Command::kCancelSignalWorkflow:
      return cancel(Kind::signal, command.cancel_signal_workflow().seq());
    case Command::kRequestCancelExternalWorkflowExecution: {
      const auto& request = command.request_cancel_external_workflow_execution();
      return ask({.kind = Kind::cancel, .seq = request.seq(), .number = std::stoi(request.reason())});
    }
    case Command::kSetPatchMarker:
      patches_.push_back(command.set_patch_marker().patch_id());
      return {};
    case Command::kUpdateResponse:
      return respond(command.update_response());
    default:
      return "an unexpected command: " + to_text(command);
  }
}

std::string World::ask(Asked asked) {
  auto& last = last_seq_[asked.kind];
  if (asked.seq <= last) return "a sequence number for the second time";
  last = asked.seq;
  asked_.push_back(std::move(asked));
  return {};
}

std::string World::cancel(Kind kind, std::uint32_t seq) {
  const auto found =
      std::ranges::find_if(asked_, [&](const Asked& each) { return each.kind == kind && each.seq == seq; });
  if (found == asked_.end()) {
    if (seq > last_seq_[kind]) return "a cancellation of what was not asked for";
    if (refuse_.contains({kind, seq})) {
      return kind == Kind::signal ? "a cancellation of a signal that has failed"
                                  : "a cancellation of a child that was terminated";
    }
    return {};  // its outcome is in this activation
  }
  const auto asked = *found;
  if (asked.cancelled && kind == Kind::activity) return "an activity is cancelled twice";
  found->cancelled = true;
  const bool waits = kind == Kind::child
                         ? asked.cancellation == ChildWorkflowCancellationType::WAIT_CANCELLATION_COMPLETED ||
                               asked.cancellation == ChildWorkflowCancellationType::WAIT_CANCELLATION_REQUESTED
                         : asked.cancellation == ActivityCancellationType::WAIT_CANCELLATION_COMPLETED;
  const bool abandons = kind == Kind::child && asked.cancellation == ChildWorkflowCancellationType::ABANDON;
  switch (kind) {
    case Kind::timer:
      break;
    case Kind::activity:
      if (asked.in_history && waits) return {};
      pending_.push_back(activity_outcome(seq, asked.id, asked.number, How::cancelled));
      break;
    case Kind::local:
      if (asked.in_history && waits) return {};
      pending_.push_back(local_activity_outcome(seq, asked.id, asked.number, How::cancelled));
      break;
    case Kind::child:
      if (!asked.in_history) {
        pending_.push_back(child_cancelled(seq, asked.id));
        break;
      }
      if (!asked.started && !abandons) return "a request to cancel a child that the server has not started";
      if (waits) return {};
      pending_.push_back(child_outcome(seq, asked.id, asked.number, How::cancelled));
      break;
    case Kind::signal:
      if (asked.in_history) {
        found->cancelled = false;
        return {};
      }
      pending_.push_back(signal_outcome(seq, asked.number, How::cancelled));
      break;
    case Kind::cancel:
      return "a cancellation of a cancellation";
  }
  asked_.erase(found);
  return {};
}

std::string World::respond(const coresdk::workflow_commands::UpdateResponse& response) {
  const auto found = updates_.find(response.protocol_instance_id());
  if (found == updates_.end()) return "a response to no update";
  auto& state = found->second;
  if (state == UpdateState::over) return found->first + " is answered after its end";
  if (response.has_accepted() != (state == UpdateState::requested) && !response.has_rejected()) {
    return found->first + " is accepted twice, or completed before it is accepted";
  }
  state = response.has_accepted() ? UpdateState::accepted : UpdateState::over;
  return {};
}

}  // namespace temporal::generated
