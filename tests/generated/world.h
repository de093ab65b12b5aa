#pragma once

#include "choices.h"
#include "events.h"
#include "outcomes.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace temporal::generated {

/// The server and core, as one workflow run sees them: takes commands, and decides what comes next. It gives only what
/// core could give. The rules, read from core 0.10.1 (`workflow_machines.rs`, `managed_run.rs`, `mod.rs` and the state
/// machines beside them):
///
/// - A workflow task has one activation with what has come since the last one, then more of them for as long as there
///   are jobs that need no server (below), or local activities that run. Events come only with a new task.
/// - Jobs of an activation are sorted, and otherwise in the order of their events: initialize; patches (only in a
///   replay: those whose markers this very task wrote); signals and then updates, since an update comes with the start
///   of the task; all others with a cancellation of the workflow among them; local activities.
/// - Queries have activations of their own, which say that they replay.
/// - A timer that was cancelled has no outcome. What is cancelled in the task that asked for it is taken back: an
///   activity, a child and a signal then have their cancelled outcome in the next activation of the same task.
/// - A cancelled activity has its cancelled outcome in the next activation of the task, unless it waits for the
///   completion of the cancellation: then whatever comes. A child likewise, where abandon and try_cancel do not wait. A
///   signal on its way and a cancellation of another workflow cannot be cancelled.
/// - A local activity runs within the task. Cancelled, it is as an activity; one that waits ends by itself.
/// - A task that lasts too long for its local activities ends before them, and another one begins at once, perhaps with
///   nothing that is new. In a replay the two are one, with the facts of the second, when the first has left nothing in
///   history (`find_end_index_of_next_wft_seq`).
/// - What is cancelled and has its outcome already, with a job that is still to be applied, is left alone; except that
///   a signal that failed and a child that was terminated refuse it (their machines have no such transition).
/// - The first command that ends the run counts, and goes behind the others. Jobs that need no server still come.
class World {
 public:
  World(Choices choices, std::string workflow_type);

  /// The first activation of the next task. False when nothing can come any more.
  bool next_task(Activation& activation);
  /// A further activation of the same task.
  bool next_of_task(Activation& activation);
  /// A query, when the world asks one now.
  bool query(Activation& activation);

  /// The task ends though local activities run: the next one comes at once.
  [[nodiscard]] bool heartbeat() const noexcept { return heartbeat_; }

  /// What the workflow answered; says what core would refuse, and is empty when it is fine.
  std::string take(const Commands& commands);
  /// No further activation of this task: its commands are in history, unless it came to nothing. Says what is wrong.
  std::string end_task(bool recorded);

  /// So many tasks are done by a worker of before the rules were written down.
  [[nodiscard]] std::size_t tasks_by_original_rules() const noexcept { return tasks_by_original_rules_; }
  [[nodiscard]] bool decided() const noexcept { return decided_; }
  /// Whose markers this task has written.
  [[nodiscard]] const std::vector<std::string>& patches_of_task() const noexcept { return patches_; }

 private:
  enum class Kind { timer, activity, local, child, signal, cancel };
  /// Something that was asked for and has no outcome.
  struct Asked {
    Kind kind;
    std::uint32_t seq;
    int number = 0;             ///< of the request, as the program counts
    int cancellation = 0;       ///< its type, as core numbers it
    std::int64_t due = 0;       ///< of a timer
    std::string id = {};        ///< of an activity, a child
    std::uint32_t attempt = 1;  ///< of a local activity
    bool in_history = false;    ///< or it runs, for a local activity
    bool cancelled = false;
    bool started = false;  ///< a child
  };
  enum class UpdateState { requested, accepted, over };

  // Commands.
  std::string take(const Command& command);
  std::string ask(Asked asked);
  std::string cancel(Kind kind, std::uint32_t seq);
  std::string respond(const coresdk::workflow_commands::UpdateResponse& response);

  // Events.
  void set_up(Activation& activation, const std::vector<Job>& jobs) const;
  std::vector<Job> local_outcomes(std::vector<Job> jobs);
  void add_event(std::vector<Job>& jobs, std::vector<Job>& updates);
  void add_message(std::vector<Job>& jobs, std::vector<Job>& updates);
  /// The next that becomes of it; it is forgotten when that is the last.
  Job outcome(std::size_t place);
  Job local_outcome(std::size_t place);
  How how_it_ends(const Asked& asked);

  Choices choices_;
  const std::string workflow_type_;
  std::vector<Asked> asked_;
  std::map<Kind, std::uint32_t> last_seq_;
  std::set<std::pair<Kind, std::uint32_t>> refuse_;  ///< whose machines have no way to be cancelled any more
  std::vector<Job> pending_;                         ///< of the next activation of this task
  std::vector<std::string> patches_;
  std::map<std::string, UpdateState> updates_;

  std::int64_t now_ = 1'000'000;  ///< milliseconds
  std::uint32_t history_length_ = 0;
  int messages_left_;
  int late_left_;
  bool may_cancel_;
  bool may_suggest_;
  std::size_t tasks_by_original_rules_;
  int back_offs_left_ = 2;
  int next_message_ = 0;
  bool suggested_ = false;
  bool begun_ = false;
  bool heartbeat_ = false;
  bool decided_ = false;
  int queries_ = 0;
};

}  // namespace temporal::generated
