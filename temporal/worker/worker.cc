#include <temporal/worker/worker.h>

#include <temporal/client/detail/access.h>
#include <temporal/common/errors.h>
#include <temporal/core/worker.h>
#include <temporal/worker/detail/activity_runner.h>
#include <temporal/worker/detail/bridge_options.h>
#include <temporal/worker/detail/job_queue.h>
#include <temporal/worker/detail/workflow_runner.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace temporal::worker {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t default_slots = 100;
constexpr auto longest_finalize = 1h;
constexpr auto longest_discard = 5s;  // of a worker that has never worked

/// Never destroys what was abandoned: threads that cannot be killed still use it until the process is gone.
void keep_until_exit(std::shared_ptr<const void> abandoned) {
  static auto& mutex = *new std::mutex;
  static auto& kept = *new std::vector<std::shared_ptr<const void>>;
  const std::scoped_lock lock{mutex};
  kept.push_back(std::move(abandoned));
}

}  // namespace

// Shared by the owner and by every thread, so that a thread that has to be abandoned still has all it uses.
class Worker::State : public std::enable_shared_from_this<State> {
 public:
  State(client::Client client, WorkerOptions options)
      : client_(std::move(client)),
        options_(std::move(options)),
        jobs_(options_.max_concurrent_activities.value_or(default_slots)),
        workflows_(options_.workflows, {.namespace_ = client_.options().namespace_,
                                        .task_queue = options_.task_queue,
                                        .default_versioning_behavior = options_.default_versioning_behavior,
                                        .disable_eager_activity_execution = options_.disable_eager_activity_execution}),
        activities_(options_.activities, options_.task_queue,
                    {.execute = [this](auto job) { execute(std::move(job)); },
                     .complete =
                         [this](const std::string& completion) {
                           core_->complete_activity_task(completion, on_completed());
                           touch();
                         },
                     .record_heartbeat = [this](const std::string& beat) { core_->record_activity_heartbeat(beat); }}) {
  }

  void start() {
    try {
      core_ = std::make_unique<core::Worker>(client::detail::connection(client_),
                                             detail::to_bridge(options_, client_.options()));
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
    lock.unlock();
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
    return drained;
  }

  WorkerStatus status() const {
    const std::scoped_lock lock{mutex_};
    return {.running_tasks = activities_.running() + (running_workflow_task_ ? 1 : 0), .last_task = last_task_};
  }

 private:
  using Poll = void (core::Worker::*)(core::Callback);

  void begin_to_poll() {
    touch();
    if (!options_.workflows.empty())
      spawn([this] { poll(&core::Worker::poll_workflow_activation, &State::on_workflow); });
    if (!options_.activities.empty()) spawn([this] { poll(&core::Worker::poll_activity_task, &State::on_activity); });
  }

  /// Polls one kind of task until core says that it has shut down.
  void poll(Poll next, void (State::*handle)(const std::string&)) {
    std::exception_ptr failure;
    try {
      for (;;) {
        const auto task = core::await([&](core::Callback done) { (core_.get()->*next)(std::move(done)); });
        touch();
        (this->*handle)(task);
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

  void on_workflow(const std::string& activation) {
    running_workflow_task_ = true;
    core_->complete_workflow_activation(workflows_.handle(activation), on_completed());
    running_workflow_task_ = false;
    touch();
  }

  void on_activity(const std::string& task) { activities_.handle(task); }

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
    threads_.emplace_back([self = shared_from_this()] {
      self->jobs_.work();
      const std::scoped_lock done{self->mutex_};
      --self->working_;
      self->changed_.notify_all();
    });
  }

  void spawn(std::function<void()> poller) {
    const std::scoped_lock lock{mutex_};
    ++polling_;
    threads_.emplace_back([self = shared_from_this(), poller = std::move(poller)] { poller(); });
  }

  void touch() {
    const std::scoped_lock lock{mutex_};
    last_task_ = Clock::now();
  }

  client::Client client_;
  WorkerOptions options_;
  detail::JobQueue jobs_;
  detail::WorkflowRunner workflows_;
  detail::ActivityRunner activities_;
  std::unique_ptr<core::Worker> core_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::thread> threads_;
  std::size_t polling_ = 0;
  std::size_t working_ = 0;
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
