#include "server_history.h"

#include <temporal/common/error.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <algorithm>
#include <cstdint>
#include <set>

namespace temporal::generated {
namespace {

using namespace api::enums::v1;

/// What is under way, as the history says.
class UnderWay {
 public:
  explicit UnderWay(const Events& events) {
    for (const auto& event : events) see(event);
  }
  [[nodiscard]] bool anything() const { return !closed_ && (task_ || !open_.empty() || !timers_.empty()); }

 private:
  void see(const Event& event) {
    switch (event.event_type()) {
      case EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
        task_ = true;
        break;
      case EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
        task_ = false;  // one that failed comes again, and its events only with its end
        break;
      case EVENT_TYPE_TIMER_STARTED:
        timers_.insert(event.timer_started_event_attributes().timer_id());
        break;
      case EVENT_TYPE_TIMER_FIRED:
        timers_.erase(event.timer_fired_event_attributes().timer_id());
        break;
      case EVENT_TYPE_TIMER_CANCELED:
        timers_.erase(event.timer_canceled_event_attributes().timer_id());
        break;
      case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
      case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
      case EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
      case EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
        open_.insert(event.event_id());
        break;
      case EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
        open_.erase(event.activity_task_completed_event_attributes().scheduled_event_id());
        break;
      case EVENT_TYPE_ACTIVITY_TASK_FAILED:
        open_.erase(event.activity_task_failed_event_attributes().scheduled_event_id());
        break;
      case EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
        open_.erase(event.activity_task_timed_out_event_attributes().scheduled_event_id());
        break;
      case EVENT_TYPE_ACTIVITY_TASK_CANCELED:
        open_.erase(event.activity_task_canceled_event_attributes().scheduled_event_id());
        break;
      case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
        open_.erase(event.start_child_workflow_execution_failed_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
        open_.erase(event.child_workflow_execution_completed_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
        open_.erase(event.child_workflow_execution_failed_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
        open_.erase(event.child_workflow_execution_canceled_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
        open_.erase(event.child_workflow_execution_terminated_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
        open_.erase(event.signal_external_workflow_execution_failed_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED:
        open_.erase(event.external_workflow_execution_signaled_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
        open_.erase(event.request_cancel_external_workflow_execution_failed_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
        open_.erase(event.external_workflow_execution_cancel_requested_event_attributes().initiated_event_id());
        break;
      case EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
      case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
      case EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
      case EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
      case EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
        closed_ = true;
        break;
      default:
        break;
    }
  }

  bool task_ = false;
  bool closed_ = false;
  std::set<std::int64_t> open_;
  std::set<std::string> timers_;
};

template <class Payloads>
std::string first_of(const Payloads& payloads) {
  return payloads.payloads_size() == 0 ? "" : " " + payloads.payloads(0).data();
}

std::string details_of(const Event& event) {
  switch (event.event_type()) {
    case EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
      return event.workflow_execution_signaled_event_attributes().signal_name() +
             first_of(event.workflow_execution_signaled_event_attributes().input());
    case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
      return event.workflow_execution_update_accepted_event_attributes().accepted_request().meta().update_id();
    case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
      return event.workflow_execution_update_completed_event_attributes().meta().update_id();
    case EVENT_TYPE_WORKFLOW_TASK_FAILED:
      return WorkflowTaskFailedCause_Name(event.workflow_task_failed_event_attributes().cause()) + ": " +
             event.workflow_task_failed_event_attributes().failure().message();
    case EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
      return TimeoutType_Name(event.workflow_task_timed_out_event_attributes().timeout_type());
    case EVENT_TYPE_TIMER_STARTED:
      return "timer " + event.timer_started_event_attributes().timer_id();
    case EVENT_TYPE_TIMER_FIRED:
      return "timer " + event.timer_fired_event_attributes().timer_id();
    case EVENT_TYPE_TIMER_CANCELED:
      return "timer " + event.timer_canceled_event_attributes().timer_id();
    case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
      return "number" + first_of(event.activity_task_scheduled_event_attributes().input());
    case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
      return "number" + first_of(event.start_child_workflow_execution_initiated_event_attributes().input());
    case EVENT_TYPE_MARKER_RECORDED:
      return event.marker_recorded_event_attributes().marker_name();
    case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
      return event.workflow_execution_failed_event_attributes().failure().message();
    default:
      return {};
  }
}

}  // namespace

bool rests(const Events& events) { return !UnderWay{events}.anything(); }

Events events_of(const client::WorkflowHistory& history) {
  api::history::v1::History parsed;
  if (!parsed.ParseFromString(history.bytes)) throw Error{"the history does not decode"};
  return {parsed.events().begin(), parsed.events().end()};
}

std::string failed_task(const Events& events) {
  const auto failed = std::ranges::find_if(events, [](const Event& event) {
    const auto cause = event.workflow_task_failed_event_attributes().cause();
    return event.event_type() == EVENT_TYPE_WORKFLOW_TASK_FAILED &&
           cause != WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND &&
           cause != WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND;
  });
  return failed == events.end() ? "" : "a task failed: " + details_of(*failed);
}

std::string to_text(const Events& events) {
  std::string text;
  const auto milliseconds = [](const Event& event) {
    return event.event_time().seconds() * 1000 + event.event_time().nanos() / 1'000'000;
  };
  for (const auto& event : events) {
    text += "  " + std::to_string(event.event_id()) + " after " +
            std::to_string(milliseconds(event) - milliseconds(events.front())) + " ms " +
            EventType_Name(event.event_type()).substr(11) + " " + details_of(event) + "\n";
  }
  return text;
}

}  // namespace temporal::generated
