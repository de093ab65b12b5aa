#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace temporal::local_lambda {

/// How an invocation ended, for whoever waits for it.
struct Outcome {
  bool failed = false;
  std::string payload = {};     ///< the response, or the error as JSON
  std::string error_type = {};  ///< of a failed one
  std::string version = {};     ///< that ran it
  std::string log = {};         ///< its last lines, when they were asked for
};

/// One event on its way to a function.
struct Invocation {
  std::string request_id = {};
  std::string arn = {};  ///< as it was invoked
  std::string payload = {};
  std::string trace = {};
  std::string client_context = {};  ///< of the caller, as JSON
  bool wants_log = false;
  std::chrono::steady_clock::time_point accepted = std::chrono::steady_clock::now();
  bool is_event = true;  ///< asynchronous: queued, and tried again when it fails
  int attempt = 1;
  std::function<void(const Outcome&)> done = {};  ///< of a RequestResponse
};

}  // namespace temporal::local_lambda
