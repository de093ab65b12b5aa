#include <temporal/worker/detail/shared_worker.h>

#include <temporal/client/detail/access.h>
#include <temporal/codec/detail/coded.h>
#include <temporal/common/errors.h>
#include <temporal/core/connection.h>
#include <temporal/core/telemetry.h>
#include <temporal/worker/detail/bridge_options.h>
#include <temporal/worker/detail/instance_options.h>
#include <temporal/worker/detail/slot_suppliers.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace temporal::worker::detail {
namespace {

using codec::detail::coded_now;
using codec::detail::Direction;
using namespace std::chrono_literals;

constexpr std::size_t default_slots = 100;
constexpr Duration longest_grace = 24h * 365;
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

SharedWorker::SharedWorker(client::Client client, WorkerOptions options)
    : client_(std::move(client)),
      options_(std::move(options)),
      log_(log_of(options_)),
      meter_(core::meter(client::detail::connection(client_)->runtime())),
      jobs_(activity_threads(options_)),
      workflows_(
          {options_.workflows, instance_options(options_, client_.options().namespace_, meter_)},
          options_.deadlock_timeout.value_or(Duration::zero()),
          {.answer =
               [this](const std::string& run_id, const std::string& completion) {
                 complete(&core::Worker::complete_workflow_activation, completion,
                          [run_id](const std::string& reason) { return WorkflowRunner::refused(run_id, reason); });
               },
           .evicted = [this](const std::string& run_id) { activities_.stop_local_activities_of(run_id); },
           .poll_instead_of = [this](std::thread::id stuck) { life_.spawn_poll_instead_of(stuck, workflow_poll()); },
           .log = log_}),
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
      core_log_(log_, options_.task_queue) {}

// Its life.

bool SharedWorker::start() {
  if (!life_.begin()) return false;
  try {
    make_threads();
    core_ = std::make_shared<core::Worker>(client::detail::connection(client_), to_bridge(options_, client_.options()),
                                           options_.tuner ? std::make_shared<SlotSuppliers>(*options_.tuner) : nullptr);
    core::await([this](core::Callback done) { core_->validate(std::move(done)); });
  } catch (...) {
    const auto failure = to_public(std::current_exception());
    begin_to_end();
    life_.begin_to_poll();  // core frees what it holds for the one who polls it to its end
    shutdown(Clock::now() + longest_discard);
    std::rethrow_exception(failure);
  }
  life_.begin_to_poll();
  if (!life_.told_to_end()) return true;
  shutdown(Clock::now() + longest_discard);  // its caller could not wait for the start
  return false;
}

std::exception_ptr SharedWorker::wait_until(Clock::time_point until, std::stop_token stop) {
  return life_.wait_for_end(until, std::move(stop));
}

bool SharedWorker::shutdown(Clock::time_point deadline) {
  using Phase = Life::Phase;
  life_.tell_to_end();
  if (life_.wait_while(Phase::starting, deadline) == Phase::starting) return false;  // which ends it
  if (life_.begin_to_drain()) {
    if (!begin_to_end()) life_.lose();
    announce_shutdown();
  }
  if (drain(deadline) && life_.begin_to_finish()) finish(deadline);
  if (life_.wait_while(Phase::finishing, deadline) != Phase::over && life_.abandon()) abandon();
  return life_.has_drained();
}

/// Activities may listen, and take their time: on a thread that the drain waits for like for them.
void SharedWorker::announce_shutdown() {
  if (activities_.running() > 0) {
    try {
      return life_.spawn_work([self = shared_from_this()] { self->activities_.announce_shutdown(); });
    } catch (const std::system_error&) {  // then on this one
    }
  }
  activities_.announce_shutdown();
}

WorkerStatus SharedWorker::status() const {
  return {.running_tasks = activities_.running() + (workflows_.is_busy() ? 1 : 0), .last_task = life_.last_task()};
}

/// Waits until nothing polls and works any more. @return false when it is waited for no longer.
bool SharedWorker::drain(Clock::time_point deadline) {
  const auto stop_local = *life_.told_to_end() + std::min(options_.graceful_shutdown_timeout, longest_grace);
  if (!life_.wait_for_drain(std::min(deadline, stop_local)) && Clock::now() >= stop_local) {
    activities_.stop_local_activities();
  }
  life_.wait_for_drain_or_loss(deadline);
  return life_.wait_for_drain(std::min(deadline, stop_local + longest_loss));
}

/// Joins what has ended and lets core end.
void SharedWorker::finish(Clock::time_point deadline) {
  workflows_.stop_watching();
  life_.join();
  const bool finalized = !core_ || finalize(deadline);
  const bool stuck = workflows_.log_stuck();
  life_.end(finalized && !stuck);
}

bool SharedWorker::finalize(Clock::time_point deadline) const {
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
void SharedWorker::abandon() {
  keep_until_exit(shared_from_this());
  workflows_.abandon();
  workflows_.log_stuck();
  activities_.log_running("an activity did not end and was abandoned");
}

// Its polls.

/// All that polling needs, before core has anything to lose. They wait until it begins.
void SharedWorker::make_threads() {
  if (!options_.workflows.empty()) {
    life_.spawn_poll(workflow_poll());
    if (workflows_.has_limit()) life_.spawn([self = shared_from_this()] { self->workflows_.watch(); });
  }
  // Also where there are no activities: workflows may call local ones.
  life_.spawn_poll([self = shared_from_this()] {
    self->poll(&core::Worker::poll_activity_task, [&](const std::string& task) {
      self->handle_activity_task(task);
      return true;
    });
  });
}

Life::Body SharedWorker::workflow_poll() {
  return [self = shared_from_this()] {
    self->poll(&core::Worker::poll_workflow_activation,
               [&](const std::string& activation) { return self->handle_activation(activation); });
  };
}

/// Polls one kind of task until core says that it has shut down, or `handle` that another thread does. Whatever fails
/// on the way is told, and core is polled to its end all the same: it would not end otherwise.
void SharedWorker::poll(Poll next, const std::function<bool(const std::string& task)>& handle) {
  life_.wait_while(Life::Phase::starting, Clock::time_point::max());
  for (int failures = 0; core_ && failures < most_failures;) {
    try {
      const auto task = (core_.get()->*next)();
      life_.touch();
      if (!handle(task)) return;
    } catch (const core::Error& error) {
      if (error.kind == core::ErrorKind::shutdown) break;
      if (++failures == most_failures) life_.lose();
      fail(client::detail::to_public(error));
    } catch (...) {
      ++failures;
      life_.lose();  // a task that is not answered
      fail(std::current_exception());
    }
  }
  if (life_.end_poll()) jobs_.close();
}

void SharedWorker::fail(const std::exception_ptr& failure) {
  life_.fail(failure);
  begin_to_end();
}

/// @return false when core does not.
bool SharedWorker::begin_to_end() const noexcept {
  try {
    if (core_) core_->initiate_shutdown();
    return true;
  } catch (const core::Error&) {
    return false;
  }
}

bool SharedWorker::has_codec() const { return client_.options().data_converter.codec != nullptr; }

/// @throws EncodeError or DecodeError when the codec fails
std::string SharedWorker::coded(Direction direction, std::string_view kind, const std::string& message) const {
  const auto& options = client_.options();
  return coded_now(options.data_converter, {.namespace_ = options.namespace_}, direction, kind, message);
}

/// @return false when another thread polls now. What the codec cannot decode fails the task, which the server gives out
/// again: it may be the codec that is away.
bool SharedWorker::handle_activation(const std::string& activation) {
  if (!has_codec()) return workflows_.handle(activation);
  std::string readable;
  try {
    readable = coded(Direction::decode, "workflow_activation", activation);
  } catch (const DecodeError& error) {
    log_.error("a workflow task fails", {{"error", error.what()}});
    send(&core::Worker::complete_workflow_activation, WorkflowRunner::undecodable(activation, error.what()), {});
    return true;
  }
  return workflows_.handle(readable);
}

/// The same of an attempt.
void SharedWorker::handle_activity_task(const std::string& task) {
  if (!has_codec()) return activities_.handle(task);
  std::string readable;
  try {
    readable = coded(Direction::decode, "activity_task", task);
  } catch (const DecodeError& error) {
    log_.error("an attempt of an activity fails", {{"error", error.what()}});
    return send(&core::Worker::complete_activity_task, ActivityRunner::undecodable(task, error.what()), {});
  }
  activities_.handle(readable);
}

// What its tasks ask for.

/// Hands a completion to core, by way of the codec. One that does not get through it is answered with what stands
/// `instead`, which has nothing to encode.
void SharedWorker::complete(Complete send, const std::string& completion, Instead instead) {
  if (!has_codec()) return this->send(send, completion, std::move(instead));
  const auto* const kind =
      send == &core::Worker::complete_activity_task ? "activity_completion" : "workflow_completion";
  std::string encoded;
  try {
    encoded = coded(Direction::encode, kind, completion);
  } catch (const EncodeError& error) {
    log_.error("what a task came to cannot be encoded: it fails", {{"error", error.what()}});
    return this->send(send, instead ? instead(error.what()) : completion, {});
  }
  this->send(send, encoded, std::move(instead));
}

/// Hands a completion to core. One that core refuses, for whatever reason, is answered with what stands `instead`: a
/// task without an answer would be waited for without end.
void SharedWorker::send(Complete send, const std::string& completion, Instead instead) {
  (core_.get()->*send)(
      completion, [weak = weak_from_this(), send, instead = std::move(instead)](const core::Result& result) {
        const auto self = weak.lock();
        if (!self || !result.error || result.error->kind == core::ErrorKind::shutdown) return;
        const std::string reason = result.error->what();
        self->log_.error(instead ? "what a task came to was refused: it fails" : "a task could not be answered at all",
                         {{"error", reason}});
        instead ? self->send(send, instead(reason), {}) : self->life_.lose();
      });
  life_.touch();
}

void SharedWorker::record_heartbeat(const std::string& beat) {
  try {
    core_->record_activity_heartbeat(has_codec() ? coded(Direction::encode, "activity_heartbeat", beat) : beat);
  } catch (...) {
    std::rethrow_exception(to_public(std::current_exception()));
  }
}

void SharedWorker::evict(const std::string& run_id) {
  try {
    core_->request_workflow_eviction(run_id);
  } catch (const core::Error&) {
    life_.lose();
  }
}

/// @throws std::system_error when there is no thread for the job
void SharedWorker::execute(Executor::Job job) {
  const auto number = jobs_.submit(std::move(job));
  if (number == 0) return;
  try {
    life_.spawn_work([self = shared_from_this()] { self->jobs_.work(); });
  } catch (const std::system_error&) {
    if (jobs_.take_back(number)) throw;
  }
}

/// Counts as work for as long as it is held.
std::shared_ptr<void> SharedWorker::hold() {
  life_.begin_work();
  return {nullptr, [self = shared_from_this()](void*) { self->life_.end_work(); }};
}

Executor& SharedWorker::coroutine_executor() const {
  return options_.activity_executor ? *options_.activity_executor : default_executor();
}

}  // namespace temporal::worker::detail
