#include "course.h"

#include "answers.h"
#include "interpreter.h"
#include "server_history.h"

#include <temporal/common/errors.h>

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

namespace temporal::generated {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 180s;  // on the slowest machine

struct DoesNotCome : Error {
  using Error::Error;
};

template <class T>
T within_limit(Future<T> future, const std::string& what) {
  if (!future.wait_for(longest_wait)) throw DoesNotCome{what + " does not come"};
  return future.get();
}

/// The run may be over, or have no worker for a moment; not more than that.
template <class T>
std::optional<T> unless_refused(Future<T> future, const std::string& what) {
  try {
    return within_limit(std::move(future), what);
  } catch (const RpcError&) {
    return std::nullopt;
  }
}
void arrive(Future<void> future, const std::string& what) {
  try {
    within_limit(std::move(future), what);
  } catch (const RpcError&) {
  }
}

/// Who sends the messages of one course.
class Sender {
 public:
  Sender(const client::Client& client, Course& course, const Where& where)
      : client_(client),
        course_(course),
        choices_(Case::of_seed(course.seed).world),
        where_(where),
        handle_(start(workflow_id_of(course.seed, where.worker), where.task_queue)) {}

  void send_messages(const std::function<void()>& halfway) {
    const auto count = choices_.below(14);
    for (unsigned i = 0; i < count; ++i) {
      if (i == count / 2) halfway();
      send(static_cast<int>(i));
      switch (choices_.below(8)) {
        case 0:
        case 1:
        case 2:  // together with the next one
          break;
        case 3:
        case 4:
          settle();
          break;
        case 5:
          settle();
          rest();
          break;
        default:  // at any moment
          std::this_thread::sleep_for(choices_.below(20) * 2ms);
      }
    }
    if (count == 0) halfway();
    settle();
    rest();
  }

  void end() {
    arrive(handle_.terminate("the test is over"), "the termination");
    course_.history = within_limit(handle_.fetch_history(), "the history");
    course_.events = events_of(course_.history);
    for (const auto& [id, update] : settled_) {
      try {
        if (auto result = unless_refused(update.result(), "the outcome of " + id)) {
          course_.updates[id].result = std::move(result);
        }
      } catch (const UpdateFailedError& error) {
        course_.updates[id].failure = describe(error.cause());
      }
    }
    if (where_.moves) return;  // a worker that ends may take a query and answer nobody
    if (auto answer = unless_refused(handle_.query<std::string>("look", {}), "an answer after the end")) {
      course_.last_answer = std::move(*answer);
    }
  }

 private:
  using Handle = client::WorkflowHandle<RawValue>;

  Handle start(const std::string& id, const std::string& task_queue) {
    const auto idle = [&](const std::string& other) {
      within_limit(client_.start<RawValue>("Idle", {.id = other, .task_queue = "nobody"}, {}), "a start");
    };
    if (choices_.below(4) > 0) idle(id + ": other");
    if (choices_.below(4) == 3) idle(id + ": child of " + name_of_request(1 + static_cast<int>(choices_.below(8))));
    client::StartOptions options{.id = id, .task_queue = task_queue};
    if (choices_.below(3) == 2) options.task_timeout = 2s;  // local activities then need several tasks
    const auto started = within_limit(client_.start<RawValue>("Generated", options, {}), "the start");
    // This run, and none that continues it.
    return client_.workflow_handle<RawValue>(id, started.first_run_id());
  }

  void send(int message) {
    const auto which = static_cast<int>(choices_.below(2));
    const auto number = std::to_string(message);
    switch (choices_.below(9)) {
      case 0:
      case 1:
        return signal("poke", converter::to_payloads(message));
      case 2:
      case 3:
        return signal("signal", converter::to_payloads(message, which));
      case 4:
      case 5:
        return update("update", "update " + number, converter::to_payloads(message, which));
      case 6:
        return which == 0 ? signal("late", converter::to_payloads(message))
                          : update("late", "late update " + number, converter::to_payloads(message));
      case 7:
        // Who has to replay for a query may be shown, alone, what came since the last task: core joins it later with
        // more.
        if (!where_.moves && !where_.often_evicted) queries_.push_back(handle_.query<std::string>("look", {}));
        return;
      default:
        if (!std::exchange(cancelled_, true) && which == 1) calls_.push_back(handle_.cancel("asked to"));
    }
  }
  void signal(const std::string& name, std::vector<Payload> arguments) {
    calls_.push_back(handle_.signal(name, std::move(arguments)));
  }
  void update(const std::string& name, const std::string& id, std::vector<Payload> arguments) {
    updates_.emplace_back(id, handle_.start_update<RawValue>(name, {.id = id}, std::move(arguments)));
  }

  /// All that was sent has arrived: messages are in history, and no update waits for its validator.
  void settle() {
    for (auto& call : std::exchange(calls_, {})) arrive(std::move(call), "the arrival of a message");
    for (auto& query : std::exchange(queries_, {})) (void)unless_refused(std::move(query), "the answer to a query");
    for (auto& [id, update] : std::exchange(updates_, {})) {
      if (auto handle = unless_refused(std::move(update), id)) settled_.emplace_back(id, std::move(*handle));
    }
  }
  /// Waits until nothing is under way.
  void rest() {
    const auto end = std::chrono::steady_clock::now() + longest_wait;
    auto pages = handle_.history_pages({.wait_new_event = true});
    for (Events events;;) {
      auto next = pages.next();
      if (!next.wait_for(end - std::chrono::steady_clock::now()))
        throw DoesNotCome{"the rest of the run does not come"};
      const auto page = next.get();
      if (!page) return;
      std::ranges::move(events_of(*page), std::back_inserter(events));
      if (!failed_task(events).empty()) return;
      // The page may have been one of several.
      if (rests(events) && rests(events_of(within_limit(handle_.fetch_history(), "the history")))) return;
    }
  }

  const client::Client& client_;
  Course& course_;
  Choices choices_;
  const Where where_;
  const Handle handle_;
  bool cancelled_ = false;
  std::vector<Future<void>> calls_;
  std::vector<Future<std::string>> queries_;
  std::vector<std::pair<std::string, Future<client::WorkflowUpdateHandle<RawValue>>>> updates_;
  std::vector<std::pair<std::string, client::WorkflowUpdateHandle<RawValue>>> settled_;
};

}  // namespace

Course take_course(const client::Client& client, std::uint64_t seed, const Where& where,
                   const std::function<void()>& halfway) {
  Course course{.seed = seed};
  bool was_halfway = false;
  try {
    Sender sender{client, course, where};
    try {
      sender.send_messages([&] {
        was_halfway = true;
        halfway();
      });
    } catch (const std::exception& error) {
      course.problem = error.what();
    }
    sender.end();
  } catch (const std::exception& error) {
    if (course.problem.empty()) course.problem = error.what();
  }
  if (!was_halfway) halfway();
  return course;
}

}  // namespace temporal::generated
