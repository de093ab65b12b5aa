#include <temporal/worker/worker.h>

#include <temporal/client/detail/access.h>
#include <temporal/common/errors.h>
#include <temporal/core/connection.h>
#include <temporal/core/telemetry.h>
#include <temporal/core/worker.h>
#include <temporal/worker/detail/activity_runner.h>
#include <temporal/worker/detail/bridge_options.h>
#include <temporal/worker/detail/instance_options.h>
#include <temporal/worker/detail/job_queue.h>
#include <temporal/worker/detail/slot_suppliers.h>
#include <temporal/worker/detail/watchdog.h>
#include <temporal/worker/detail/workflow_runner.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
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

/// Never destroys what was abandoned: threads that cannot be killed still use it until the process is gone.
void keep_until_exit(std::shared_ptr<const void> abandoned) {
  static auto& mutex = *new std::mutex;
  static auto& kept = *new std::vector<std::shared_ptr<const void>>;
  const std::scoped_lock lock{mutex};
  kept.push_back(std::move(abandoned));
}

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
        meter_(core::meter(client::detail::connection(client_)->runtime())),
        jobs_(activity_threads(options_)),
        workflows_(options_.workflows, detail::instance_options(options_, client_.options().namespace_, meter_)),
        activities_(options_.activities, options_.dynamic_activity, options_.task_queue,
                    {.execute = [this](auto job) { execute(std::move(job)); },
                     .post = [this](auto job) { coroutine_executor().post(std::move(job)); },
                     .hold = [this] { return hold(); },
                     .complete =
                         [this](const std::string& completion) {
                           core_->complete_activity_task(completion, on_completed());
                           touch();
                         },
                     .record_heartbeat = [this](const std::string& beat) { core_->record_activity_heartbeat(beat); },
                     .log = detail::log_of(options_),
                     .meter = meter_},
                    {options_.interceptors.begin(), options_.interceptors.end()}),
        watchdog_(deadlock_timeout()) {}

  void start() {
    try {
      core_ = std::make_unique<core::Worker>(client::detail::connection(client_),
                                             detail::to_bridge(options_, client_.options()), suppliers());
      core::await([this](core::Callback done) { core_->validate(std::move(done)); });
    } catch (const core::Error& error) {
      if (core_) {
        core_->initiate_shutdown();
        begin_to_poll();  // core frees what it holds for the one who polls it to its end
        shutdown(Clock::now() + longest_discard);
      }
      std::rethrow_exception(client::detail::to_public(error));
    }
    begin_to_poll();
  }

  std::exception_ptr wait_until(Clock::time_point until, std::stop_token stop) {
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, stop, until, [this] { return failure_ != nullptr; });
    return failure_;
  }

  bool shutdown(Clock::time_point deadline) {
    if (abandoned_) return false;
    if (!core_) return true;
    core_->initiate_shutdown();
    std::unique_lock lock{mutex_};
    bool drained = changed_.wait_until(lock, deadline, [this] { return polling_ == 0; });
    jobs_.close();
    drained = drained && changed_.wait_until(lock, deadline, [this] { return working_ == 0; });
    auto threads = std::exchange(threads_, {});
    const bool none_stuck = stuck_ == 0;
    lock.unlock();
    if (drained) watchdog_.stop();
    for (auto& thread : threads) drained ? thread.join() : thread.detach();
    if (!drained) {
      abandoned_ = true;
      keep_until_exit(shared_from_this());
      return false;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    const auto limit = std::clamp<std::chrono::milliseconds>(left, 1ms, longest_finalize);
    try {
      core::await([&](core::Callback done) { core_->finalize(limit, std::move(done)); });
    } catch (const core::Error&) {
      drained = false;
    }
    core_.reset();
    return drained && none_stuck;
  }

  WorkerStatus status() const {
    const std::scoped_lock lock{mutex_};
    return {.running_tasks = activities_.running() + (running_workflow_task_ ? 1 : 0), .last_task = last_task_};
  }

 private:
  using Poll = std::string (core::Worker::*)();

  void begin_to_poll() {
    touch();
    const std::scoped_lock lock{mutex_};
    if (!options_.workflows.empty()) {
      ++polling_;
      poll_workflows();
      if (deadlock_timeout() != never) spawn([this] { watchdog_.run(); });
    }
    ++polling_;  // also where there are no activities: workflows may call local ones
    spawn([this] { poll(&core::Worker::poll_activity_task, &State::on_activity); });
  }

  void poll_workflows() {  // needs the lock
    workflow_poller_ = spawn([this] { poll(&core::Worker::poll_workflow_activation, &State::on_workflow); });
  }

  /// Polls one kind of task until core says that it has shut down, or `handle` that others do.
  void poll(Poll next, bool (State::*handle)(const std::string&)) {
    std::exception_ptr failure;
    try {
      for (;;) {
        const auto task = (core_.get()->*next)();
        touch();
        if (!(this->*handle)(task)) return;
      }
    } catch (const core::Error& error) {
      if (error.kind != core::ErrorKind::shutdown) failure = client::detail::to_public(error);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::scoped_lock lock{mutex_};
    if (failure && !failure_) failure_ = failure;
    --polling_;
    changed_.notify_all();
  }

  bool on_workflow(const std::string& activation) {
    {
      auto turn = workflows_.begin(activation);
      std::string completion;
      running_workflow_task_ = true;
      if (watchdog_.watch([&] { completion = turn.run(); }, [this, &turn] { take_over(turn); })) {
        workflows_.keep(std::move(turn));
        complete_workflow_task(completion);
        return true;
      }
    }
    const std::scoped_lock lock{mutex_};
    --stuck_;
    return false;
  }

  /// On the watchdog's thread, while the one that polls workflow tasks is stuck in this turn.
  void take_over(const detail::WorkflowRunner::Turn& turn) {
    complete_workflow_task(turn.give_up(deadlock_timeout()));
    const std::scoped_lock lock{mutex_};
    ++stuck_;
    const auto is_stuck = [this](const auto& thread) { return thread.get_id() == workflow_poller_; };
    if (const auto stuck = std::ranges::find_if(threads_, is_stuck); stuck != threads_.end()) {
      stuck->detach();  // it shares what it uses
      threads_.erase(stuck);
    }
    poll_workflows();
  }

  void complete_workflow_task(const std::string& completion) {
    core_->complete_workflow_activation(completion, on_completed());
    running_workflow_task_ = false;
    touch();
  }

  bool on_activity(const std::string& task) {
    activities_.handle(task);
    return true;
  }

  /// A completion is refused only when core has shut down or the completion is malformed: a defect of ours.
  core::Callback on_completed() {
    return [weak = weak_from_this()](const core::Result& result) {
      const auto self = weak.lock();
      if (!self || !result.error || result.error->kind == core::ErrorKind::shutdown) return;
      const std::scoped_lock lock{self->mutex_};
      if (!self->failure_) self->failure_ = client::detail::to_public(*result.error);
      self->changed_.notify_all();
    };
  }

  void execute(std::function<void()> job) {
    if (!jobs_.submit(std::move(job))) return;
    const std::scoped_lock lock{mutex_};
    ++working_;
    spawn([this] {
      jobs_.work();
      const std::scoped_lock done{mutex_};
      --working_;
      changed_.notify_all();
    });
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

  std::thread::id spawn(std::function<void()> body) {  // needs the lock
    return threads_.emplace_back([self = shared_from_this(), body = std::move(body)] { body(); }).get_id();
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
  Meter meter_;
  detail::JobQueue jobs_;
  detail::WorkflowRunner workflows_;
  detail::ActivityRunner activities_;
  detail::Watchdog watchdog_;
  std::unique_ptr<core::Worker> core_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::thread> threads_;
  std::size_t polling_ = 0;
  std::size_t working_ = 0;
  std::size_t stuck_ = 0;  ///< threads whose workflow did not yield in time, and has not yet
  std::thread::id workflow_poller_ = {};
  std::atomic<bool> running_workflow_task_ = false;
  Clock::time_point last_task_ = {};
  std::exception_ptr failure_ = {};
  bool abandoned_ = false;
};

Worker::Worker(client::Client client, WorkerOptions options) {
  validate(options);
  state_ = std::make_shared<State>(std::move(client), std::move(options));
}

Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;

Worker::~Worker() {
  if (state_) state_->shutdown(Clock::time_point::max());
}

void Worker::start() { state_->start(); }

std::exception_ptr Worker::wait_until(Clock::time_point until, std::stop_token stop) {
  return state_->wait_until(until, std::move(stop));
}

bool Worker::shutdown(Clock::time_point deadline) { return state_->shutdown(deadline); }

WorkerStatus Worker::status() const { return state_->status(); }

void Worker::run(std::stop_token stop) {
  start();
  const auto failure = wait_until(Clock::time_point::max(), std::move(stop));
  shutdown(Clock::time_point::max());
  if (failure) std::rethrow_exception(failure);
}

}  // namespace temporal::worker
