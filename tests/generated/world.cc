#include "world.h"

#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace temporal::generated {
namespace {

/// Where core sorts a job to.
constexpr int last_place = 5;
int place_of(const Job& job) {
  if (job.has_initialize_workflow()) return 0;
  if (job.has_notify_has_patch()) return 1;
  if (job.has_update_random_seed()) return 2;
  if (job.has_signal_workflow() || job.has_do_update()) return 3;
  if (job.has_resolve_activity() && job.resolve_activity().is_local()) return 5;
  return 4;
}

}  // namespace

World::World(Choices choices, std::string workflow_type)
    : choices_(std::move(choices)),
      workflow_type_(std::move(workflow_type)),
      messages_left_(static_cast<int>(choices_.below(8))),
      late_left_(static_cast<int>(choices_.below(3))),
      may_cancel_(choices_.chance(40)),
      may_suggest_(choices_.chance(30)),
      tasks_by_original_rules_(choices_.chance(25) ? 1 + choices_.below(4) : 0) {}

void World::set_up(Activation& activation, const std::vector<Job>& jobs) const {
  activation.Clear();
  activation.set_run_id("run");
  converter::set_timestamp(*activation.mutable_timestamp(), Timestamp{std::chrono::milliseconds{now_}});
  activation.set_history_length(history_length_);
  activation.set_continue_as_new_suggested(suggested_);
  for (int place = 0; place <= last_place; ++place) {
    for (const auto& job : jobs) {
      if (place_of(job) == place) *activation.add_jobs() = job;
    }
  }
}

bool World::next_task(Activation& activation) {
  if (decided_) return false;
  patches_.clear();
  now_ += 10;
  std::vector<Job> jobs;
  const bool after_heartbeat = std::exchange(heartbeat_, false);
  auto events = after_heartbeat ? choices_.below(3) : 1 + choices_.below(4);
  if (!std::exchange(begun_, true)) {
    --events;
    auto& start = *jobs.emplace_back().mutable_initialize_workflow();
    start.set_workflow_type(workflow_type_);
    start.set_workflow_id("id");
    start.set_randomness_seed(7);
  }
  std::vector<Job> updates;
  while (events-- > 0) add_event(jobs, updates);
  if (jobs.empty() && updates.empty() && after_heartbeat) jobs = local_outcomes({});
  if (jobs.empty() && updates.empty()) return false;
  if (!after_heartbeat && may_suggest_ && !jobs.empty() && choices_.chance(25)) suggested_ = true;
  // Behind all signals: an update comes with the start of the task.
  for (auto& job : updates) {
    auto& update = *job.mutable_do_update();
    if (update.name() == "update") {
      *update.mutable_input(0) = converter::to_proto(converter::to_payload(next_message_));
      update.set_id("update " + std::to_string(next_message_++));
    }
    update.set_protocol_instance_id(update.id());
    updates_.emplace(update.id(), UpdateState::requested);
    jobs.push_back(std::move(job));
  }
  history_length_ += 5;
  set_up(activation, jobs);
  return true;
}

void World::add_event(std::vector<Job>& jobs, std::vector<Job>& updates) {
  auto next_timer = std::numeric_limits<std::int64_t>::max();
  for (const auto& each : asked_) {
    if (each.kind == Kind::timer && each.in_history) next_timer = std::min(next_timer, each.due);
  }
  std::vector<std::size_t> possible;
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    const auto& each = asked_[i];
    if (!each.in_history || each.kind == Kind::local || (each.kind == Kind::timer && each.due > next_timer)) continue;
    possible.push_back(i);
  }
  const auto outcomes = possible.size();
  const auto message = outcomes;
  const auto late = message + (messages_left_ > 0 ? 1 : 0);
  const auto cancel = late + (late_left_ > 0 ? 1 : 0);
  const auto count = cancel + (may_cancel_ ? 1 : 0);
  if (count == 0) return;
  const auto chosen = choices_.below(static_cast<unsigned>(count));
  if (chosen < outcomes) {
    jobs.push_back(outcome(possible[chosen]));
  } else if (chosen < late) {
    add_message(jobs, updates);
  } else if (chosen < cancel) {
    if (choices_.below(2) == 0) {
      auto& signal = *jobs.emplace_back().mutable_signal_workflow();
      signal.set_signal_name("late");
      converter::set_payloads(*signal.mutable_input(), converter::to_payloads(late_left_--));
    } else {
      auto& update = *updates.emplace_back().mutable_do_update();
      update.set_name("late");
      update.set_id("late update " + std::to_string(late_left_));
      update.set_run_validator(true);
      converter::set_payloads(*update.mutable_input(), converter::to_payloads(late_left_--));
    }
  } else {
    may_cancel_ = false;
    jobs.emplace_back().mutable_cancel_workflow()->set_reason("asked to");
  }
}

void World::add_message(std::vector<Job>& jobs, std::vector<Job>& updates) {
  --messages_left_;
  const auto which = choices_.below(5);
  if (which >= 3) {
    auto& update = *updates.emplace_back().mutable_do_update();
    update.set_name("update");
    update.set_run_validator(true);
    // Its number is that of its place in the activation.
    converter::set_payloads(*update.mutable_input(), converter::to_payloads(0, static_cast<int>(which - 3)));
    return;
  }
  auto& signal = *jobs.emplace_back().mutable_signal_workflow();
  signal.set_signal_name(which == 0 ? "poke" : "signal");
  converter::set_payloads(*signal.mutable_input(), converter::to_payloads(next_message_++));
  if (which > 0) *signal.add_input() = converter::to_proto(converter::to_payload(static_cast<int>(which - 1)));
}

How World::how_it_ends(const Asked& asked) {
  const auto chosen = choices_.below(3);
  if (!asked.cancelled) return chosen < 2 ? How::well : How::badly;
  return std::array{How::cancelled, How::well, How::badly}.at(chosen);
}

Job World::outcome(std::size_t place) {
  auto& asked = asked_[place];
  if (asked.kind == Kind::child && !asked.started && choices_.below(4) < 3) {
    asked.started = true;
    return child_started(asked.seq);
  }
  const auto over = asked;
  asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(place));
  switch (over.kind) {
    case Kind::timer:
      now_ = std::max(now_, over.due);
      return fired(over.seq);
    case Kind::activity:
      return activity_outcome(over.seq, over.id, over.number, how_it_ends(over));
    case Kind::child:
      if (!over.started) return child_not_started(over.seq, over.id);
      if (choices_.below(4) == 3) {  // terminated
        refuse_.emplace(over.kind, over.seq);
        return child_outcome(over.seq, over.id, over.number, How::badly);
      }
      return child_outcome(over.seq, over.id, over.number, how_it_ends(over));
    case Kind::signal: {
      const auto how = how_it_ends(over);
      if (how == How::badly) refuse_.emplace(over.kind, over.seq);
      return signal_outcome(over.seq, over.number, how);
    }
    default:
      return cancel_outcome(over.seq, over.number, how_it_ends(over));
  }
}

bool World::next_of_task(Activation& activation) {
  auto jobs = std::exchange(pending_, {});
  const bool waits = std::ranges::any_of(asked_, [](const Asked& each) { return each.kind == Kind::local; });
  if (jobs.empty() && waits && choices_.chance(15)) {
    heartbeat_ = true;
    return false;
  }
  jobs = local_outcomes(std::move(jobs));
  if (jobs.empty()) return false;
  set_up(activation, jobs);
  return true;
}

std::vector<Job> World::local_outcomes(std::vector<Job> jobs) {
  for (std::size_t i = 0; i < asked_.size();) {
    if (asked_[i].kind == Kind::local && (jobs.empty() || choices_.chance(50))) {
      now_ += 1;  // core's clock goes on with the local activities
      jobs.push_back(local_outcome(i));
    } else {
      ++i;
    }
  }
  return jobs;
}

Job World::local_outcome(std::size_t place) {
  const auto over = asked_[place];
  asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(place));
  if (!over.cancelled && back_offs_left_ > 0 && choices_.chance(20)) {
    --back_offs_left_;
    return local_activity_backs_off(over.seq, over.attempt + 1);
  }
  return local_activity_outcome(over.seq, over.id, over.number, how_it_ends(over));
}

bool World::query(Activation& activation) {
  if (!choices_.chance(20)) return false;
  Job job;
  job.mutable_query_workflow()->set_query_id("query " + std::to_string(++queries_));
  job.mutable_query_workflow()->set_query_type("look");
  set_up(activation, {job});
  activation.set_is_replaying(true);
  return true;
}

}  // namespace temporal::generated
