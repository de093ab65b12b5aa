#pragma once

#include "program.h"
#include "recorder.h"

#include <temporal/client/client.h>
#include <temporal/worker/worker_options.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// \file
/// What generated programs need on a real server: a worker that runs them, and those whom they ask for something.

namespace temporal::generated {

/// The id of a workflow that runs the program of a seed, and whatever begins with it, name the seed.
std::string workflow_id_of(std::uint64_t seed, const std::string& suffix);
std::uint64_t seed_of(const std::string& workflow_id);

Program program_of(std::uint64_t seed);

/// Gives each instance of a program, on the thread where a worker makes it, a recorder of its own.
class Instances : public worker::Interceptor {
 public:
  /// `before_patches`: they are the code of before the patches.
  explicit Instances(bool before_patches = false) : before_patches_(before_patches) {}

  std::unique_ptr<workflow::RunInterceptor> intercept_workflow(const workflow::Info& info) override;

  using Recorders = std::vector<std::shared_ptr<const Recorder>>;
  /// Those of a run, in the order in which they were made. No worker may use them any more.
  [[nodiscard]] Recorders of(const std::string& run_id) const;

 private:
  const bool before_patches_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Program> programs_;
  std::map<std::string, Recorders> recorders_;
};

/// A worker that runs programs, their activities and their children.
worker::WorkerOptions worker_options(const client::Client& client, const std::string& task_queue,
                                     std::shared_ptr<Instances> instances);

/// How long what a program asks for may take when nobody cancels it.
constexpr Duration longest_answer = std::chrono::milliseconds{1900};

}  // namespace temporal::generated
