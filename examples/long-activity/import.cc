#include "import.h"

#include <temporal/activity/activity.h>

#include <chrono>
#include <numeric>
#include <thread>

using namespace std::chrono_literals;
namespace activity = temporal::activity;
namespace workflow = temporal::workflow;

std::vector<int> import_rows(int rows) {
  auto imported = activity::heartbeat_details<std::vector<int>>().value_or(std::vector<int>{});
  const int first = std::accumulate(imported.begin(), imported.end(), 0);
  imported.push_back(0);
  for (int row = first; row < rows; ++row) {
    activity::throw_if_cancelled();
    std::this_thread::sleep_for(100ms);  // the work
    ++imported.back();
    activity::heartbeat(imported);
  }
  return imported;
}

workflow::Task<std::vector<int>> import_file(int rows) {
  co_return co_await workflow::execute_activity<import_rows>(
      {.start_to_close_timeout = 15min,
       .heartbeat_timeout = 5s,  // an attempt whose process was killed is missed that soon
       .retry_policy = temporal::RetryPolicy{.initial_interval = 500ms, .backoff_coefficient = 1}},
      rows);
}
