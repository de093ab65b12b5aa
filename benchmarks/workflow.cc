// The workloads of `./dev bench workflow`. bare-core/src/main.rs says the same in Rust.
//
// `temporal_workflow_bench worker ADDRESS TASK_QUEUE` runs a worker until SIGTERM; `… serialize JSON FILE` makes a
// serialized history of one in JSON; `… replay FILE TIMES` replays it; `… allocations FILE` prints how often C++ code
// allocates for one more of it, in a worker that replays it anyway.
#include "allocations.h"

#include <temporal/client/client.h>
#include <temporal/testing/replayer.h>
#include <temporal/worker/worker.h>
#include <temporal/workflow/workflow.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace temporal;

namespace {

// NOLINTBEGIN(readability-identifier-naming): the names of the Rust side

std::string greet(const std::string& name) { return "Hello, " + name + "!"; }

}  // namespace

template <>
inline constexpr std::string_view temporal::registered_name<greet> = "Activities::greet";

namespace {

workflow::Task<std::string> OneActivity(std::string name) {
  co_return co_await workflow::execute_activity<greet>({.start_to_close_timeout = 60s}, name);
}

workflow::Task<std::size_t> ManyActivities(std::size_t count) {
  std::vector<workflow::ActivityHandle<std::string>> greetings;
  greetings.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    greetings.push_back(workflow::start_activity<greet>({.start_to_close_timeout = 60s}, "World"));
  }
  std::size_t size = 0;
  for (const auto& greeting : greetings) size += (co_await greeting).size();
  co_return size;
}

/// Activities one after the other: a history that grows task by task.
workflow::Task<std::size_t> Steps(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    co_await workflow::execute_activity<greet>({.start_to_close_timeout = 60s}, "World");
  }
  co_return count;
}

class ManySignals {
 public:
  workflow::Task<std::size_t> run(std::size_t count) {
    co_await workflow::wait_condition([this, count] { return count_ >= count; });
    co_return count_;
  }
  void add(std::size_t amount) { count_ += amount; }

 private:
  std::size_t count_ = 0;
};

// NOLINTEND(readability-identifier-naming)

worker::WorkerOptions options(std::string task_queue) {
  worker::WorkerOptions options{.task_queue = std::move(task_queue)};
  options.add_workflow<OneActivity>();
  options.add_workflow<ManyActivities>();
  options.add_workflow<Steps>();
  options.add_workflow(workflow::definition<ManySignals>().run<&ManySignals::run>().signal<&ManySignals::add>());
  options.add_activity<greet>();
  return options;
}

int work(const std::string& address, const std::string& task_queue) {
  sigset_t terminated;
  sigemptyset(&terminated);
  sigaddset(&terminated, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &terminated, nullptr);
  std::jthread worker{[&](const std::stop_token& stop) {
    const bool plain = std::getenv("BENCH_WITHOUT_GZIP") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    const auto compression = plain ? client::GrpcCompression::none : client::GrpcCompression::gzip;
    const auto client = client::Client::connect({.address = address, .grpc_compression = compression});
    worker::Worker{client, options(task_queue)}.run(stop);
  }};
  int signal = 0;
  sigwait(&terminated, &signal);
  worker.request_stop();
  worker.join();
  return 0;
}

client::WorkflowHistory read_history(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  return {.workflow_id = "replay", .bytes = {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}}};
}

int replay(const std::string& file, int times) {
  const testing::Replayer replayer{options("replay")};
  const auto history = read_history(file);
  for (int i = 0; i < times; ++i) replayer.replay(history);
  return 0;
}

int count_allocations(const std::string& file) {
  const testing::Replayer replayer{options("replay")};
  const auto history = read_history(file);
  const auto of = [&](std::size_t times) {
    const std::vector histories(times, history);
    const auto before = benchmarks::allocations();
    for (const auto& result : replayer.replay_all(histories)) {
      if (result.failure) std::rethrow_exception(result.failure);
    }
    return benchmarks::allocations() - before;
  };
  constexpr std::size_t more = 10;
  std::cout << (of(1 + more) - of(1)) / more << '\n';
  return 0;
}

int serialize(const std::string& json, const std::string& file) {
  std::ofstream{file, std::ios::binary} << testing::load_history(json).bytes;
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments{values, std::next(values, count)};
  if (count == 4 && arguments[1] == "worker") return work(arguments[2], arguments[3]);
  if (count == 4 && arguments[1] == "replay") return replay(arguments[2], std::stoi(arguments[3]));
  if (count == 3 && arguments[1] == "allocations") return count_allocations(arguments[2]);
  if (count == 4 && arguments[1] == "serialize") return serialize(arguments[2], arguments[3]);
  std::cerr << "usage: temporal_workflow_bench worker ADDRESS TASK_QUEUE | serialize JSON FILE | replay FILE TIMES | "
               "allocations FILE\n";
  return 2;
}
