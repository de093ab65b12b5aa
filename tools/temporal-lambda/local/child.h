#pragma once

#include <sys/types.h>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace temporal::local_lambda {

struct ChildOptions {
  std::filesystem::path program = {};
  std::map<std::string, std::string> environment = {};  ///< all of it: nothing is inherited
  std::filesystem::path working_directory = {};
  std::filesystem::path read_only = {};      ///< a folder that it cannot change, where we may arrange that
  std::filesystem::path control_group = {};  ///< its cgroup.procs: what it joins, when there is one
  std::function<void(const std::string& line)> on_line = {};  ///< each line of its standard output and error
  std::function<void(int wait_status)> on_exit = {};          ///< once, after its last line
};

/// A process in a group of its own that ends with us at the latest. It belongs to the thread of its io_context.
class Child {
 public:
  /// Returns when the program runs. @throws std::system_error when it cannot: its text is what Lambda says of that.
  Child(boost::asio::io_context& io, ChildOptions options);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const;
  /// To the whole group. Does nothing once it has ended.
  void signal(int number) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// "exit status 1" or "signal: killed", as Lambda says it.
[[nodiscard]] std::string describe_exit(int wait_status);

}  // namespace temporal::local_lambda
