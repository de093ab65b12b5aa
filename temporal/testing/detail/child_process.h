#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace temporal::testing::detail {

/// What to run, and where its output goes.
struct ChildOptions {
  std::vector<std::string> command = {};                ///< the program, looked up on PATH, and its arguments
  std::map<std::string, std::string> environment = {};  ///< added to our own
  std::string log_file = "/dev/null";                   ///< its standard output and error, appended
};

/// A program that runs beside us, in a process group of its own, and ends with us at the latest: on destruction, and by
/// the kernel's hand should we die. Not thread-safe.
class ChildProcess {
 public:
  /// @throws std::system_error when it cannot be started.
  explicit ChildProcess(const ChildOptions& options);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  void signal(int number) const;

  /// Waits until it has ended. @return its exit status, or 128 + the signal that ended it.
  int wait();

  /// Asks it to end (SIGTERM to its group), kills it when it has not within the limit, and waits.
  void stop(std::chrono::milliseconds limit = std::chrono::seconds{5});

 private:
  pid_t pid_ = -1;
};

/// A TCP port of the loopback interface that nobody listens on at this moment. This process has it for as long as it
/// lives: nobody else on the machine who asks so, here or in scripts/local_stack.py, is given the same one.
[[nodiscard]] int free_port();

}  // namespace temporal::testing::detail
