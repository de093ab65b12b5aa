#include <temporal/worker/worker.h>

#include <temporal/client/detail/access.h>
#include <temporal/common/errors.h>
#include <temporal/common/running.h>
#include <temporal/common/type_name.h>
#include <temporal/core/connection.h>
#include <temporal/core/telemetry.h>
#include <temporal/core/worker.h>
#include <temporal/core/worker_log.h>
#include <temporal/worker/detail/activity_runner.h>
#include <temporal/worker/detail/bridge_options.h>
#include <temporal/worker/detail/instance_options.h>
#include <temporal/worker/detail/job_queue.h>
#include <temporal/worker/detail/slot_suppliers.h>
#include <temporal/worker/detail/watchdog.h>
#include <temporal/worker/detail/workflow_runner.h>

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace temporal::worker {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t default_slots = 100;
constexpr Duration never = 24h * 365;
constexpr auto longest_finalize = 1h;
constexpr auto longest_discard = 5s;  // of a worker that has never worked
constexpr auto longest_loss = 5s;     // for what ends beside a task that core waits for in vain
constexpr int most_failures = 10;     // of polls that fail and do not end

/// Never destroys what was abandoned: threads that cannot be killed still use it until the process is gone.
void keep_until_exit(std::shared_ptr<const void> abandoned) {
  static auto& mutex = *new std::mutex;
  static auto& kept = *new std::vector<std::shared_ptr<const void>>;
  const std::scoped_lock lock{mutex};
  kept.push_back(std::move(abandoned));
}

std::exception_ptr to_public(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const core::Error& known) {
    return client::detail::to_public(known);
  } catch (...) {
    return error;
  }
}

/// Of a run, for the log.
struct RunName {
  explicit RunName(const detail::WorkflowRunner::Turn& turn)
      : workflow_type(turn.workflow_type()), workflow_id(turn.workflow_id()), run_id(turn.run_id()) {}

  std::string workflow_type;
  std::string workflow_id;
  std::string run_id;
};

/// How many tasks of a kind can run at once, as far as that is known.
std::size_t most(const SlotSupplier& slots) {
  if (const auto* fixed = std::get_if<FixedSizeSlots>(&slots)) return fixed->slots;
  if (const auto* scaling = std::get_if<ResourceBasedSlots>(&slots)) return scaling->maximum;
  return std::numeric_limits<std::size_t>::max();
}

/// The same of activities of both kinds, which share their threads.
std::size_t activity_threads(const WorkerOptions& options) {
  const auto activities =
      options.tuner ? most(options.tuner->activities) : options.max_concurrent_activities.value_or(default_slots);
  const auto local = options.tuner ? most(options.tuner->local_activities)
                                   : options.max_concurrent_local_activities.value_or(default_slots);
  const auto room = std::numeric_limits<std::size_t>::max() - activities;
  return activities + std::min(local, room);
}

}  // namespace

// Shared by the owner and by every thread, so that a thread that has to be abandoned still has all it uses.
class Worker::State : public std::enable_shared_from_this<State> {
 public:
  State(client::Client client, WorkerOptions options)
      : client_(std::move(client)),
        options_(std::move(options)),
        log_(detail::log_of(options_)),
        meter_(core::meter(client::detail::connection(client_)->runtime())),
        jobs_(activity_threads(options_)),
        workflows_(options_.workflows, detail::instance_options(options_, client_.options().namespace_, meter_)),
        activities_(options_.activities, options_.dynamic_activity, options_.task_queue,
                    {.execute = [this](auto job) { execute(std::move(job)); },
                     .post = [this](auto job) { coroutine_executor().post(std::move(job)); },
                     .hold = [this] { return hold(); },
                     .complete =
                         [this](const std::string& completion, Instead instead) {
                           complete(&core::Worker::complete_activity_task, completion, std::move(instead));
                         },
                     .record_heartbeat = [this](const std::string& beat) { record_heartbeat(beat); },
                     .evict = [this](const std::string& run_id) { evict(run_id); },
                     .log = log_,
                     .meter = meter_},
                    {options_.interceptors.begin(), options_.interceptors.end()}),
        watchdog_(deadlock_timeout()),
        core_log_(log_, options_.task_queue) {}

  /// @return false when it was shut down before.
  bool start() {
    {
      const std::scoped_lock lock{mutex_};
      if (phase_ == Phase::over) return false;
      if (phase_ != Phase::idle) throw std::logic_error{"this worker has been started before: make another one"};
      phase_ = Phase::starting;
    }
    try {
      make_threads();
      core_ = std::make_shared<core::Worker>(client::detail::connection(client_),
                                             detail::to_bridge(options_, client_.options()), suppliers());
      core::await([this](core::Callback done) { core_->validate(std::move(done)); });
    } catch (...) {
      const auto failure = to_public(std::current_exception());
      begin_to_end();
      begin_to_poll();  // core frees what it holds for the one who polls it to its end
      shutdown(Clock::now() + longest_discard);
      std::rethrow_exception(failure);
    }
    begin_to_poll();
    if (!has_been_told_to_end()) return true;
    shutdown(Clock::now() + longest_discard);  // its caller could not wait for the start
    return false;
  }

  std::exception_ptr wait_until(Clock::time_point until, std::stop_token stop) {
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, stop, until, [this] { return failure_ != nullptr || ends_; });
    return failure_;
  }

  bool shutdown(Clock::time_point deadline) {
    activities_.announce_shutdown();  // without the lock: activities may listen
    std::unique_lock lock{mutex_};
    if (!ends_) {
      ends_ = true;
      ends_since_ = Clock::now();
      if (phase_ == Phase::idle) phase_ = Phase::over;
      changed_.notify_all();  // who waits for the end of the polls need not wait any more
    }
    changed_.wait_until(lock, deadline, [this] { return phase_ != Phase::starting; });
    if (phase_ == Phase::starting) return false;  // which ends it
    if (phase_ == Phase::polling) {
      phase_ = Phase::draining;
      lost_ = !begin_to_end() || lost_;
    }
    if (phase_ == Phase::draining && drain(lock, deadline) && phase_ == Phase::draining) finish(lock, deadline);
    changed_.wait_until(lock, deadline, [this] { return phase_ != Phase::finishing; });
    if (phase_ == Phase::over) return drained_;
    abandon(lock);
    return false;
  }

  WorkerStatus status() const {
    const std::scoped_lock lock{mutex_};
    return {.running_tasks = activities_.running() + (turn_ != nullptr ? 1 : 0), .last_task = last_task_};
  }

 private:
  using Poll = std::string (core::Worker::*)();
  using Complete = void (core::Worker::*)(const std::string&, core::Callback);
  using Instead = detail::ActivityRunner::Instead;

  /// idle ▶ starting ▶ polling ▶ draining ▶ finishing ▶ over; what does not end in time is abandoned.
  enum class Phase { idle, starting, polling, draining, finishing, over, abandoned };

  /// All that polling needs, before core has anything to lose. They wait until it begins.
  void make_threads() {
    const std::scoped_lock lock{mutex_};
    if (!options_.workflows.empty()) {
      poll_workflows();
      ++polling_;
      if (deadlock_timeout() != never) spawn([this] { watchdog_.run(); });
    }
    // Also where there are no activities: workflows may call local ones.
    spawn([this] { poll(&core::Worker::poll_activity_task, &State::on_activity); });
    ++polling_;
  }

  void begin_to_poll() {
    touch();
    const std::scoped_lock lock{mutex_};
    phase_ = Phase::polling;
    changed_.notify_all();
  }

  void poll_workflows() {  // needs the lock
    workflow_poller_ = spawn([this] { poll(&core::Worker::poll_workflow_activation, &State::on_workflow); });
  }

  /// Polls one kind of task until core says that it has shut down, or `handle` that others do. Whatever fails on the
  /// way is told, and core is polled to its end all the same: it would not end otherwise.
  void poll(Poll next, bool (State::*handle)(const std::string&)) {
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return phase_ != Phase::starting; });
    }
    for (int failures = 0; core_ && failures < most_failures;) {
      try {
        const auto task = (core_.get()->*next)();
        touch();
        if (!(this->*handle)(task)) return;
      } catch (const core::Error& error) {
        if (error.kind == core::ErrorKind::shutdown) break;
        if (++failures == most_failures) lose();
        fail(client::detail::to_public(error));
      } catch (...) {
        ++failures;
        lose();  // a task that is not answered
        fail(std::current_exception());
      }
    }
    const std::scoped_lock lock{mutex_};
    if (--polling_ == 0) jobs_.close();
    changed_.notify_all();
  }

  void fail(const std::exception_ptr& failure) {
    {
      const std::scoped_lock lock{mutex_};
      if (!failure_) failure_ = failure;
      changed_.notify_all();
    }
    begin_to_end();
  }

  /// @return false when core does not.
  bool begin_to_end() const noexcept {
    try {
      if (core_) core_->initiate_shutdown();
      return true;
    } catch (const core::Error&) {
      return false;
    }
  }

  /// Core waits for an answer that does not come, so the end of its polls is not waited for.
  void lose() {
    const std::scoped_lock lock{mutex_};
    lost_ = true;
    changed_.notify_all();
  }

  bool on_workflow(const std::string& activation) {
    std::string run_id;
    bool replaced = true;
    {
      auto turn = workflows_.begin(activation);
      run_id = turn.run_id();
      set_turn(&turn);
      std::string completion;
      const auto run = [&] {
        try {
          completion = turn.run();
        } catch (const std::exception& error) {  // what it did does not fit into a message, or into memory
          completion = detail::WorkflowRunner::refused(run_id, temporal::detail::type_name(typeid(error)));
        }
      };
      if (watchdog_.watch(run, [&] { replaced = take_over(turn); })) {
        complete_workflow_task(run_id, completion);
        set_turn(nullptr);
        if (turn.is_eviction()) activities_.stop_local_activities_of(run_id);
        workflows_.keep(std::move(turn));
        return true;
      }
    }
    const std::scoped_lock lock{mutex_};
    stuck_.erase(std::ranges::find(stuck_, run_id, &RunName::run_id));
    changed_.notify_all();
    return !replaced;
  }

  void set_turn(const detail::WorkflowRunner::Turn* turn) {
    const std::scoped_lock lock{mutex_};
    turn_ = turn;
  }

  /// On the watchdog's thread, while the one that polls workflow tasks is stuck in this turn.
  /// @return false when there is no thread that could poll in its place: then it goes on itself, once it can.
  bool take_over(const detail::WorkflowRunner::Turn& turn) {
    const RunName name{turn};
    log_run("a workflow did not yield in time: its task is given up", name);
    complete_workflow_task(turn.run_id(), turn.give_up(deadlock_timeout()));
    std::unique_lock lock{mutex_};
    turn_ = nullptr;
    stuck_.push_back(name);
    const auto is_stuck = [id = workflow_poller_](const auto& thread) { return thread.get_id() == id; };
    try {
      poll_workflows();
    } catch (const std::system_error& error) {
      lock.unlock();
      log_.error("there is no thread to poll workflow tasks with while a workflow does not yield",
                 {{"error", error.what()}});
      return false;
    }
    if (const auto stuck = std::ranges::find_if(threads_, is_stuck); stuck != threads_.end()) {
      stuck->detach();  // it shares what it uses
      threads_.erase(stuck);
    }
    return true;
  }

  void complete_workflow_task(const std::string& run_id, const std::string& completion) {
    complete(&core::Worker::complete_workflow_activation, completion,
             [run_id](const std::string& reason) { return detail::WorkflowRunner::refused(run_id, reason); });
  }

  bool on_activity(const std::string& task) {
    activities_.handle(task);
    return true;
  }

  /// Hands a completion to core. One that core refuses, for whatever reason, is answered with what stands `instead`: a
  /// task without an answer would be waited for without end.
  void complete(Complete send, const std::string& completion, Instead instead) {
    (core_.get()->*send)(completion, [weak = weak_from_this(), send,
                                      instead = std::move(instead)](const core::Result& result) {
      const auto self = weak.lock();
      if (!self || !result.error || result.error->kind == core::ErrorKind::shutdown) return;
      const std::string reason = result.error->what();
      self->log_.error(instead ? "what a task came to was refused: it fails" : "a task could not be answered at all",
                       {{"error", reason}});
      instead ? self->complete(send, instead(reason), {}) : self->lose();
    });
    touch();
  }

  void record_heartbeat(const std::string& beat) {
    try {
      core_->record_activity_heartbeat(beat);
    } catch (...) {
      std::rethrow_exception(to_public(std::current_exception()));
    }
  }

  void evict(const std::string& run_id) {
    try {
      core_->request_workflow_eviction(run_id);
    } catch (const core::Error&) {
      lose();
    }
  }

  /// @throws std::system_error when there is no thread for the job
  void execute(std::function<void()> job) {
    const auto number = jobs_.submit(std::move(job));
    if (number == 0) return;
    const std::scoped_lock lock{mutex_};
    try {
      spawn([this] {
        jobs_.work();
        const std::scoped_lock done{mutex_};
        --working_;
        changed_.notify_all();
      });
      ++working_;
    } catch (const std::system_error&) {
      if (jobs_.take_back(number)) throw;
    }
  }

  Executor& coroutine_executor() const {
    return options_.activity_executor ? *options_.activity_executor : default_executor();
  }

  /// Counts as work for as long as it is held.
  std::shared_ptr<void> hold() {
    const std::scoped_lock lock{mutex_};
    ++working_;
    return {nullptr, [self = shared_from_this()](void*) {
              const std::scoped_lock done{self->mutex_};
              --self->working_;
              self->changed_.notify_all();
            }};
  }

  [[nodiscard]] bool has_been_told_to_end() const {
    const std::scoped_lock lock{mutex_};
    return ends_;
  }

  [[nodiscard]] bool has_ended() const { return polling_ == 0 && working_ == 0; }  // needs the lock

  /// Waits until nothing polls and works any more. @return false when it is waited for no longer.
  bool drain(std::unique_lock<std::mutex>& lock, Clock::time_point deadline) {
    const auto stop_local = ends_since_ + std::min(options_.graceful_shutdown_timeout, never);
    const auto is_decided = [this] { return has_ended() || phase_ != Phase::draining; };
    if (!changed_.wait_until(lock, std::min(deadline, stop_local), is_decided) && Clock::now() >= stop_local) {
      lock.unlock();
      activities_.stop_local_activities();
      lock.lock();
    }
    changed_.wait_until(lock, deadline, [&] { return is_decided() || lost_; });
    changed_.wait_until(lock, std::min(deadline, stop_local + longest_loss), is_decided);
    return is_decided();
  }

  /// Joins what has ended and lets core end.
  void finish(std::unique_lock<std::mutex>& lock, Clock::time_point deadline) {
    phase_ = Phase::finishing;
    auto threads = std::exchange(threads_, {});
    lock.unlock();
    watchdog_.stop();
    for (auto& thread : threads) thread.join();
    const bool finalized = !core_ || finalize(deadline);
    lock.lock();
    drained_ = finalized && stuck_.empty();
    log_stuck(lock);
    phase_ = Phase::over;
    changed_.notify_all();
  }

  bool finalize(Clock::time_point deadline) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    const auto limit = std::clamp<std::chrono::milliseconds>(left, 1ms, longest_finalize);
    try {
      core::await([&](core::Callback done) { core_->finalize(limit, std::move(done)); });
      return true;
    } catch (const core::Error&) {
      return false;
    }
  }

  /// Leaves alone what still runs: threads that cannot be killed use it until the process is gone.
  void abandon(std::unique_lock<std::mutex>& lock) {
    if (phase_ == Phase::abandoned) return;
    phase_ = Phase::abandoned;
    changed_.notify_all();
    if (turn_ != nullptr) stuck_.emplace_back(*turn_);
    keep_until_exit(shared_from_this());
    log_stuck(lock);
    lock.unlock();
    activities_.log_running("an activity did not end and was abandoned");
  }

  /// Without the lock: the log is the user's.
  void log_stuck(std::unique_lock<std::mutex>& lock) const {
    const auto stuck = stuck_;
    lock.unlock();
    for (const auto& run : stuck) log_run("a workflow did not yield and was abandoned", run);
    lock.lock();
  }

  void log_run(std::string_view message, const RunName& run) const {
    log_.error(message,
               {{"workflow_type", run.workflow_type}, {"workflow_id", run.workflow_id}, {"run_id", run.run_id}});
  }

  std::thread::id spawn(std::function<void()> body) {  // needs the lock
    return threads_
        .emplace_back([self = shared_from_this(), body = std::move(body)] {
          const temporal::detail::SignalStack signal_stack;
          body();
        })
        .get_id();
  }

  [[nodiscard]] std::shared_ptr<core::SlotSuppliers> suppliers() const {
    return options_.tuner ? std::make_shared<detail::SlotSuppliers>(*options_.tuner) : nullptr;
  }

  [[nodiscard]] Duration deadlock_timeout() const {
    const auto chosen = options_.deadlock_timeout.value_or(Duration::zero());
    return chosen > Duration::zero() ? chosen : never;
  }

  void touch() {
    const std::scoped_lock lock{mutex_};
    last_task_ = Clock::now();
  }

  client::Client client_;
  WorkerOptions options_;
  Logger log_;
  Meter meter_;
  detail::JobQueue jobs_;
  detail::WorkflowRunner workflows_;
  detail::ActivityRunner activities_;
  detail::Watchdog watchdog_;
  core::WorkerLog core_log_;
  std::shared_ptr<core::Worker> core_;  ///< set once, while it starts

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Phase phase_ = Phase::idle;
  std::vector<std::thread> threads_;
  std::size_t polling_ = 0;
  std::size_t working_ = 0;
  std::thread::id workflow_poller_ = {};
  const detail::WorkflowRunner::Turn* turn_ = nullptr;  ///< the one under way
  std::vector<RunName> stuck_;                          ///< given up, and have not yielded yet
  Clock::time_point last_task_ = {};
  Clock::time_point ends_since_ = {};
  std::exception_ptr failure_ = {};
  bool ends_ = false;    ///< a shutdown has begun
  bool lost_ = false;    ///< core waits for an answer that it will not get
  bool drained_ = true;  ///< of one that is over: nothing was left behind
};

Worker::Worker(client::Client client, WorkerOptions options) {
  validate(options);
  state_ = std::make_shared<State>(std::move(client), std::move(options));
}

Worker::Worker(Worker&& other) noexcept : state_(std::move(other.state_)) {}

Worker& Worker::operator=(Worker&& other) noexcept {
  if (this == &other) return *this;
  if (state_) state_->shutdown(Clock::time_point::max());
  state_ = std::move(other.state_);
  return *this;
}

Worker::~Worker() {
  if (state_) state_->shutdown(Clock::time_point::max());
}

std::shared_ptr<Worker::State> Worker::state() const {
  if (!state_) throw std::logic_error{"this worker has been moved from"};
  return state_;
}

void Worker::start() {
  if (!state()->start()) throw std::logic_error{"this worker has been shut down: make another one"};
}

std::exception_ptr Worker::wait_until(Clock::time_point until, std::stop_token stop) {
  return state()->wait_until(until, std::move(stop));
}

bool Worker::shutdown(Clock::time_point deadline) { return state()->shutdown(deadline); }

WorkerStatus Worker::status() const { return state()->status(); }

void Worker::run(std::stop_token stop) {
  const auto state = this->state();
  if (!state->start()) return;
  const auto failure = state->wait_until(Clock::time_point::max(), std::move(stop));
  state->shutdown(Clock::time_point::max());
  if (failure) std::rethrow_exception(failure);
}

}  // namespace temporal::worker
