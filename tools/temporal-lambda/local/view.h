#pragma once

#include <tools/temporal-lambda/local/config.h>

#include <sys/types.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

/// \file
/// What `--view` shows of the local Lambda: a picture that the events of its log change, and its text. Pure functions;
/// the clock, the processes and the terminal are the caller's.

namespace temporal::local_lambda {

/// What is counted, for a function and for each of its environments.
struct Counts {
  std::size_t invocations = 0;
  std::size_t errors = 0;
  std::int64_t billed_ms = 0;
  long memory_mb = 0;  ///< in use; of a function: the most that one of its environments used
};

struct EnvironmentPicture {
  std::string id = {};
  pid_t pid = 0;
  std::string state = {};  ///< init, busy, frozen, idle or leaving
  std::chrono::steady_clock::time_point since = {};
  Counts counts = {};
};

struct FunctionPicture {
  std::string name = {};  ///< with its version, when that is a number
  int memory_size_mb = 0;
  std::set<std::string> waiting = {};  ///< request ids of invocations that no environment has yet
  Counts counts = {};                  ///< also of the environments that are gone
  std::vector<EnvironmentPicture> environments = {};
};

struct Picture {
  int port = 0;
  std::chrono::steady_clock::time_point begin = {};
  std::vector<FunctionPicture> functions = {};
};

[[nodiscard]] Picture picture_of(const std::vector<FunctionConfig>& functions,
                                 std::chrono::steady_clock::time_point now);

/// Changes the picture by an event of the event log.
void apply(Picture& picture, const nlohmann::json& event, std::chrono::steady_clock::time_point now);

/// Asks for the memory of each process, in MB.
void measure(Picture& picture, const std::function<long(pid_t)>& memory_mb);

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// The picture as lines of plain text that fit: none is wider than the terminal, and half of its rows are left to logs.
/// The first is the title, then come the functions, then their environments, the busy ones first.
[[nodiscard]] std::vector<std::string> render(const Picture& picture, std::chrono::steady_clock::time_point now,
                                              TerminalSize size);

}  // namespace temporal::local_lambda
