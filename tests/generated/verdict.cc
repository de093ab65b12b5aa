#include "verdict.h"

#include <temporal/common/errors.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/testing/replayer.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <regex>
#include <utility>
#include <vector>

namespace temporal::generated {
namespace {

using namespace api::enums::v1;
using Trace = std::vector<std::string>;

std::string to_text(const Trace& trace) {
  std::string text;
  for (const auto& line : trace) text += line + "\n";
  return text;
}

/// The first events of a history.
struct Cut {
  enum class End {
    with_commands,  ///< of a task, all of which is certain
    before_start,   ///< with what no task has seen: core shows it to the workflow, at the time of the task before
    with_start,     ///< which the replay does anew: messages that came with it are not in history
  };
  std::size_t events = 0;
  End end = End::with_commands;
};

bool is_of_a_command(const Event& event) {
  switch (event.event_type()) {
    case EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
    case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
    case EVENT_TYPE_MARKER_RECORDED:
    case EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
    case EVENT_TYPE_TIMER_CANCELED:
    case EVENT_TYPE_TIMER_STARTED:
    case EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
    case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
    case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
      return true;
    default:
      return false;
  }
}

std::vector<Cut> cuts_of(const Events& events) {
  std::vector<Cut> cuts;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].event_type() == EVENT_TYPE_WORKFLOW_TASK_STARTED) {
      // Behind a task without commands core takes what is cut here for the rest of that task.
      if (i >= 2 && events[i - 2].event_type() == EVENT_TYPE_WORKFLOW_TASK_COMPLETED) continue;
      if (!cuts.empty()) cuts.push_back({.events = i, .end = Cut::End::before_start});
      cuts.push_back({.events = i + 1, .end = Cut::End::with_start});
    } else if (events[i].event_type() == EVENT_TYPE_WORKFLOW_TASK_COMPLETED) {
      while (i + 1 < events.size() && is_of_a_command(events[i + 1])) ++i;
      cuts.push_back({.events = i + 1});
    }
  }
  cuts.push_back({.events = events.size()});
  return cuts;
}

client::WorkflowHistory first_of(const Course& course, std::size_t count) {
  auto history = course.history;
  api::history::v1::History cut;
  cut.mutable_events()->Assign(course.events.begin(), course.events.begin() + static_cast<std::ptrdiff_t>(count));
  history.bytes = cut.SerializeAsString();
  return history;
}

bool is_completed(const Events& events, std::size_t started) {
  return events[started].event_type() == EVENT_TYPE_WORKFLOW_TASK_STARTED && started + 1 < events.size() &&
         events[started + 1].event_type() == EVENT_TYPE_WORKFLOW_TASK_COMPLETED;
}

/// Where the first task begins that nothing came of.
std::optional<std::size_t> first_lost(const Events& events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].event_type() == EVENT_TYPE_WORKFLOW_TASK_STARTED && !is_completed(events, i)) return i;
  }
  return std::nullopt;
}

bool is_of_a_task(const Event& event) {
  switch (event.event_type()) {
    case EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
    case EVENT_TYPE_WORKFLOW_TASK_FAILED:
    case EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
    case EVENT_TYPE_WORKFLOW_TASK_STARTED:
    case EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
      return true;
    default:
      return false;
  }
}

/// Core takes a task without commands for a heartbeat when the next one is scheduled directly behind it, and joins the
/// two in a replay. It does so also when something comes before the next one starts: a signal while that one waits to
/// be taken up, because of local activities that run or of an update that is then rejected, or after it was lost. Who
/// had the run in the cache saw the two one after the other, and who replays sees them at once
/// (`find_end_index_of_next_wft_seq` in core 0.10.1; seeds 1020 and 1133 here). With a heartbeat, too, the first has
/// the facts of the second then: that continue-as-new is suggested, for one (seed 5013).
bool core_joins_tasks(const Events& events) {
  for (std::size_t i = 0; i + 2 < events.size(); ++i) {
    if (!is_completed(events, i) || events[i + 2].event_type() != EVENT_TYPE_WORKFLOW_TASK_SCHEDULED) continue;
    const auto suggests = [&](std::size_t task) {
      return events[task].workflow_task_started_event_attributes().suggest_continue_as_new();
    };
    auto next = i + 2;
    while (next < events.size() && is_of_a_task(events[next]) && !is_completed(events, next)) ++next;
    if (next + 1 < events.size() && !is_of_a_task(events[next])) return true;
    if (next < events.size() && is_completed(events, next) && suggests(i) != suggests(next)) return true;
  }
  return false;
}

/// One saw no more than the other, or both the same as far as is certain.
bool agree(const Trace& one, const Trace& other, std::size_t certain) {
  const auto common = static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
  return common >= std::min({one.size(), other.size(), certain});
}

std::string differ(const std::string& who, const Trace& trace, const Trace& whole) {
  return who + " saw something else:\n" + to_text(trace) + "than the replay of the history:\n" + to_text(whole);
}

/// A message in history, as the trace names it.
struct Message {
  std::string name;
  std::size_t event;
};

std::vector<Message> messages_of(const Events& events) {
  std::vector<Message> messages;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& event = events[i];
    if (event.event_type() == EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) {
      const auto& signal = event.workflow_execution_signaled_event_attributes();
      const auto kind = signal.signal_name() == "late" ? "late signal" : signal.signal_name();
      messages.push_back({.name = kind + " " + signal.input().payloads(0).data(), .event = i});
    } else if (event.event_type() == EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED) {
      const auto& accepted = event.workflow_execution_update_accepted_event_attributes();
      messages.push_back({.name = accepted.accepted_request().meta().update_id(), .event = i});
    }
  }
  return messages;
}

bool waits_for_its_handler(const std::string& message) { return message.starts_with("late signal"); }
bool is_update(const std::string& message) { return message.find("update") != std::string::npos; }

/// Handlers begin in the order of their messages in history, and all of them but those that came with the end.
std::string wrong_order(const Events& events, const Trace& trace) {
  static const std::regex beginning{R"(((late )?(signal|update|poke) \d+): (begins|pokes))"};
  Trace began;
  Trace late_began;
  for (const auto& line : trace) {
    std::smatch match;
    if (!std::regex_match(line, match, beginning)) continue;
    (waits_for_its_handler(match[1]) ? late_began : began).push_back(match[1]);
  }
  std::vector<std::size_t> tasks;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (is_completed(events, i)) tasks.push_back(i);
  }
  const bool from_outside = events.back().event_type() == EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED;
  if (!from_outside) tasks.pop_back();
  const auto last = tasks.empty() ? 0 : tasks.back();
  const auto after_last =
      std::ranges::find_if(events.begin() + static_cast<std::ptrdiff_t>(last + 1), events.end(),
                           [](const Event& event) { return event.event_type() == EVENT_TYPE_WORKFLOW_TASK_STARTED; }) -
      events.begin();
  Trace sent;
  Trace late_sent;
  std::size_t certain = 0;
  for (const auto& message : messages_of(events)) {
    if (waits_for_its_handler(message.name)) {
      late_sent.push_back(message.name);
      continue;
    }
    sent.push_back(message.name);
    if (message.event < (is_update(message.name) ? static_cast<std::size_t>(after_last) : last)) ++certain;
  }
  const auto begins = [](const Trace& whole, const Trace& part) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
  };
  if (!begins(sent, began) || began.size() < certain || !begins(late_sent, late_began)) {
    return "handlers began in the order:\n" + to_text(began) + to_text(late_began) + "of the messages:\n" +
           to_text(sent) + to_text(late_sent);
  }
  return {};
}

std::string wrong_outcome(const std::string& id, const Course::Update& update, const Events& events,
                          const Trace& trace) {
  const auto accepted = std::ranges::any_of(messages_of(events), [&](const Message& each) { return each.name == id; });
  const api::update::v1::Outcome* outcome = nullptr;
  for (const auto& event : events) {
    const auto& completed = event.workflow_execution_update_completed_event_attributes();
    if (event.event_type() == EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED && completed.meta().update_id() == id) {
      outcome = &completed.outcome();
    }
  }
  const auto saw = [&](const std::string& what) { return std::ranges::find(trace, id + ": " + what) != trace.end(); };
  if (update.result) {
    if (outcome == nullptr || !outcome->has_success()) return id + " has a result, and not in history";
    if (!saw("ends")) return id + " has a result, and its handler did not end";
    if (id.starts_with("update")) {
      const auto text = converter::from_payload<std::string>(update.result->payload);
      if (text != "the result of " + id) return id + " has the result " + text;
    }
  } else if (update.failure && !accepted) {
    if (saw("begins")) return id + " was rejected, and its handler began: " + *update.failure;
  } else if (update.failure && outcome != nullptr && outcome->has_success()) {
    return id + " failed, and not in history: " + *update.failure;
  }
  return {};
}

std::string wrong_result(const Event& last, const Trace& trace) {
  if (last.event_type() != EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED) return {};
  const auto& payload = last.workflow_execution_completed_event_attributes().result().payloads(0);
  const auto result = converter::from_payload<std::string>(converter::to_payload(payload));
  return to_text(trace).starts_with(result) ? "" : "the result is not what the replay saw:\n" + result;
}

std::string first_problem(const Course& course, const Instances::Recorders& seen, const std::vector<Cut>& cuts,
                          const std::vector<testing::ReplayResult>& results, const Instances::Recorders& replayed) {
  const auto& events = course.events;
  if (!course.problem.empty()) return course.problem;
  if (auto failed = failed_task(events); !failed.empty()) return failed;
  for (const auto& recorder : seen) {
    if (!recorder->violations.empty()) return recorder->violations.front();
  }
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const auto which = "the replay of the first " + std::to_string(cuts[i].events) + " events";
    if (results[i].failure) return which + ": " + describe(results[i].failure);
    if (i >= replayed.size()) return which + " made no instance";
    const auto& violations = replayed[i]->violations;
    if (cuts[i].end != Cut::End::before_start && !violations.empty()) return which + ": " + violations.front();
  }
  const auto& whole = replayed.back()->trace;
  const auto lost = first_lost(events);
  auto certain = std::numeric_limits<std::size_t>::max();
  std::size_t after_commands = 0;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const auto& trace = replayed[i]->trace;
    const bool certain_itself = cuts[i].end == Cut::End::with_commands;
    if (certain_itself) after_commands = trace.size();
    if (!agree(trace, whole, after_commands) || (certain_itself && trace.size() > whole.size())) {
      return differ("the replay of the first " + std::to_string(cuts[i].events) + " events", trace, whole);
    }
    if (lost && cuts[i].events == *lost + 1) certain = after_commands;
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!agree(seen[i]->trace, whole, certain)) {
      return differ("instance " + std::to_string(i + 1) + " of the workers", seen[i]->trace, whole);
    }
  }
  if (auto wrong = wrong_order(events, whole); !wrong.empty()) return wrong;
  for (const auto& [id, update] : course.updates) {
    if (auto wrong = wrong_outcome(id, update, events, whole); !wrong.empty()) return wrong;
  }
  if (!lost && !course.last_answer.empty() && !course.last_answer.ends_with(" " + std::to_string(whole.size()))) {
    return "a query after the end says " + course.last_answer + " where the replay saw " + std::to_string(whole.size());
  }
  return wrong_result(events.back(), whole);
}

}  // namespace

Verdict judge(const Course& course, const Instances::Recorders& seen, const worker::WorkerOptions& replaying,
              const Instances& replayed) {
  if (course.events.empty()) return {.problem = course.problem};
  if (core_joins_tasks(course.events)) return {.joined_by_core = true};
  const auto cuts = cuts_of(course.events);
  std::vector<client::WorkflowHistory> histories;
  histories.reserve(cuts.size());
  for (const auto& cut : cuts) histories.push_back(first_of(course, cut.events));
  const auto results = testing::Replayer{replaying}.replay_all(histories);
  return {.problem = first_problem(course, seen, cuts, results, replayed.of(course.history.run_id)),
          .replays = cuts.size(),
          .lost_a_task = first_lost(course.events).has_value()};
}

}  // namespace temporal::generated
