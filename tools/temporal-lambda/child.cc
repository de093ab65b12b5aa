#include <tools/temporal-lambda/child.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <istream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace temporal::local_lambda {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds drain_limit{200};  ///< for the last lines of a process that has ended

[[noreturn]] void fail(const std::string& what) { throw std::system_error{errno, std::generic_category(), what}; }

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// Async-signal-safe.
bool join(const std::string& control_group) {
  if (control_group.empty()) return true;
  const int fd = ::open(control_group.c_str(), O_WRONLY | O_CLOEXEC);
  return fd >= 0 && ::write(fd, "0", 1) == 1;
}

}  // namespace

// Kept by the operations that wait for it, so that the last line and the exit are always told.
struct Child::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, ChildOptions options) : options(std::move(options)), output(io), ended(io), drain(io) {}

  void read_line() {
    asio::async_read_until(output, buffer, '\n', [self = shared_from_this()](auto error, std::size_t) {
      std::istream stream{&self->buffer};
      std::string line;
      if (std::getline(stream, line) && self->options.on_line) self->options.on_line(line);
      if (!error) return self->read_line();
      self->output_done = true;
      self->finish();
    });
  }

  void wait() {
    ended.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](auto error) {
      if (error) return;
      ::kill(-self->pid, SIGKILL);  // what it started itself; before waitpid, while the number is still its own
      int status = 0;
      ::waitpid(self->pid, &status, 0);
      self->status = status;
      // A process that left the group may hold the pipe for ever: do not wait for its end.
      self->drain.expires_after(drain_limit);
      self->drain.async_wait([self](auto aborted) {
        boost::system::error_code ignored;
        if (!aborted) self->output.close(ignored);
      });
      self->finish();
    });
  }

  void finish() {
    if (!status || !output_done) return;
    drain.cancel();
    options.on_line = nullptr;  // it may own us
    if (auto on_exit = std::exchange(options.on_exit, nullptr)) on_exit(*status);
  }

  ChildOptions options;
  asio::posix::stream_descriptor output;
  asio::posix::stream_descriptor ended;
  asio::steady_timer drain;
  asio::streambuf buffer;
  pid_t pid = -1;
  std::optional<int> status;
  bool output_done = false;
};

Child::Child(asio::io_context& io, ChildOptions options) : state_(std::make_shared<State>(io, std::move(options))) {
  std::array<int, 2> output{};
  if (::pipe2(output.data(), O_CLOEXEC) != 0) fail("pipe");
  // All memory is laid out before the fork: between fork and exec only async-signal-safe calls are allowed.
  const std::string program = state_->options.program;
  const std::string folder = state_->options.working_directory;
  const std::string control_group = state_->options.control_group;
  const std::vector<std::string> argument_texts{program};
  std::vector<std::string> variables;
  for (const auto& [name, value] : state_->options.environment) variables.push_back(name + "=" + value);
  auto arguments = pointers(argument_texts);
  auto environment = pointers(variables);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(output[1], STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);  // asio's sockets are not close-on-exec
    if (join(control_group) && ::chdir(folder.c_str()) == 0)
      ::execve(arguments[0], arguments.data(), environment.data());
    ::dprintf(STDERR_FILENO, "cannot run %s: %s\n", program.c_str(), std::strerror(errno));
    ::_exit(127);
  }
  ::close(output[1]);
  if (pid < 0) {
    ::close(output[0]);
    fail("fork");
  }
  ::setpgid(pid, pid);
  state_->pid = pid;
  state_->output.assign(output[0]);
  state_->ended.assign(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  state_->read_line();
  state_->wait();
}

Child::~Child() { signal(SIGKILL); }

pid_t Child::pid() const { return state_->pid; }

void Child::signal(int number) const {
  if (!state_->status) ::kill(-state_->pid, number);
}

std::string describe_exit(int wait_status) {
  if (WIFEXITED(wait_status)) return "exit status " + std::to_string(WEXITSTATUS(wait_status));
  return std::string{"signal: "} + ::strsignal(WTERMSIG(wait_status));
}

}  // namespace temporal::local_lambda
