#include <temporal/testing/replayer.h>

#include <temporal/client/detail/access.h>
#include <temporal/codec/detail/coded.h>
#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/core/worker.h>
#include <temporal/testing/detail/core_message.h>
#include <temporal/worker/detail/bridge_options.h>
#include <temporal/worker/detail/instance_options.h>
#include <temporal/worker/detail/workflow_runner.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>
#include <temporal/sdk/core/workflow_completion/workflow_completion.pb.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace temporal::testing {
namespace {

using coresdk::workflow_activation::RemoveFromCache;
using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;
using namespace std::chrono_literals;

constexpr auto replay_namespace = "replay";
constexpr auto longest_finalize = 10s;

std::exception_ptr failure_of(const coresdk::workflow_completion::Failure& failed) {
  if (failed.force_cause() == api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR) {
    return std::make_exception_ptr(NondeterminismError(failed.failure().message()));
  }
  return converter::from_failure(failed.failure());
}

/// One of core's workers that is fed with histories, until it is destroyed.
class ReplayWorker {
 public:
  explicit ReplayWorker(const worker::WorkerOptions& options)
      : core_(core::Worker::replay(client::detail::default_runtime(),
                                   worker::detail::to_bridge(options, {.namespace_ = replay_namespace}))),
        workflows_(options.workflows, worker::detail::instance_options(options, replay_namespace)) {}
  ReplayWorker(const ReplayWorker&) = delete;
  ReplayWorker& operator=(const ReplayWorker&) = delete;
  ~ReplayWorker() {
    if (is_stuck_) return;
    try {
      core_->close_histories();
      core_->initiate_shutdown();
      while (next_activation()) {
      }
      core::await([this](core::Callback done) { core_->finalize(longest_finalize, std::move(done)); });
    } catch (const core::Error&) {
      // Nothing was lost: the worker has no server.
    }
  }

  /// Gives what is wrong, or null.
  std::exception_ptr replay(const client::WorkflowHistory& history) {
    const auto run_id = core::await(
        [&](core::Callback done) { core_->push_history(history.workflow_id, history.bytes, std::move(done)); });
    std::exception_ptr task_failure;
    while (const auto bytes = next_activation()) {
      WorkflowActivation activation;
      if (!activation.ParseFromString(*bytes)) {
        is_stuck_ = true;
        throw Error{"core sent an activation that does not decode"};
      }
      const auto completion = complete(activation.run_id(), workflows_.handle(*bytes));
      if (activation.run_id() != run_id) continue;
      for (const auto& job : activation.jobs()) {
        if (job.has_remove_from_cache()) return judge(job.remove_from_cache(), task_failure);
      }
      WorkflowActivationCompletion answer;
      if (answer.ParseFromString(completion) && answer.has_failed()) task_failure = failure_of(answer.failed());
    }
    return std::make_exception_ptr(Error("the replay ended before the history did"));
  }

  /// Core waits for an answer that it has not taken: nothing more can be replayed.
  [[nodiscard]] bool is_stuck() const { return is_stuck_; }

 private:
  /// Gives what core took: the completion, or that the task failed, because core refused it.
  std::string complete(const std::string& run_id, std::string completion) {
    const auto send = [this](const std::string& bytes) {
      core::await([&](core::Callback done) { core_->complete_workflow_activation(bytes, std::move(done)); });
    };
    try {
      send(completion);
      return completion;
    } catch (const core::Error& error) {
      completion = worker::detail::WorkflowRunner::refused(run_id, error.what());
    }
    is_stuck_ = true;
    send(completion);
    is_stuck_ = false;
    return completion;
  }

  /// Nothing once core has shut down.
  std::optional<std::string> next_activation() {
    try {
      return core_->poll_workflow_activation();
    } catch (const core::Error& error) {
      if (error.kind == core::ErrorKind::shutdown) return std::nullopt;
      throw;
    }
  }

  /// Core evicts each run at its end, and says why.
  static std::exception_ptr judge(const RemoveFromCache& eviction, const std::exception_ptr& task_failure) {
    if (task_failure) return task_failure;
    switch (eviction.reason()) {
      case RemoveFromCache::CACHE_FULL:
      case RemoveFromCache::LANG_REQUESTED:
        return nullptr;
      case RemoveFromCache::NONDETERMINISM:
        return std::make_exception_ptr(NondeterminismError(detail::core_message(eviction.message())));
      default:
        return std::make_exception_ptr(Error("the replay failed: " + detail::core_message(eviction.message())));
    }
  }

  std::unique_ptr<core::Worker> core_;
  worker::detail::WorkflowRunner workflows_;
  bool is_stuck_ = false;
};

std::exception_ptr replay_one(ReplayWorker& worker, client::WorkflowHistory history,
                              const codec::DataConverter& data_converter) {
  try {
    history.bytes = codec::detail::coded_now(data_converter, {}, codec::detail::Direction::decode, "history",
                                             std::move(history.bytes));
    return worker.replay(history);
  } catch (const core::Error& error) {
    return client::detail::to_public(error);
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

Replayer::Replayer(worker::WorkerOptions options, codec::DataConverter data_converter)
    : options_(std::move(options)), data_converter_(std::move(data_converter)) {
  if (options_.task_queue.empty()) options_.task_queue = replay_namespace;
  for (auto& workflow : options_.workflows) {
    workflow.options.required_activities.clear();                                    // no activity runs in a replay
    if (!options_.deployment_version) workflow.options.versioning_behavior.reset();  // and no server learns of it
  }
  worker::validate(options_);
}

void Replayer::replay(const client::WorkflowHistory& history) const {
  const auto results = replay_all({&history, 1});
  if (results.front().failure) std::rethrow_exception(results.front().failure);
}

std::vector<ReplayResult> Replayer::replay_all(std::span<const client::WorkflowHistory> histories,
                                               OnFailure on_failure) const {
  std::optional<ReplayWorker> worker;
  std::vector<ReplayResult> results;
  results.reserve(histories.size());
  for (const auto& history : histories) {
    if (!worker || worker->is_stuck()) worker.emplace(options_);
    results.push_back({.workflow_id = history.workflow_id, .failure = replay_one(*worker, history, data_converter_)});
    if (results.back().failure && on_failure == OnFailure::stop) break;
  }
  return results;
}

}  // namespace temporal::testing
