#include <tools/temporal-lambda/local/child.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

[[noreturn]] void fail(const std::string& what, int error = errno) {
  throw std::system_error{error, std::generic_category(), what};
}

/// The two ends of a pipe, closed at the latest when this goes.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
    out = ends[0];
    in = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(out);
    close(in);
  }
  static void close(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }

  int out = -1;
  int in = -1;
};

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

/// Async-signal-safe. Where the system does not let us the folder stays as its modes are, which hold for all but root.
void make_read_only(const std::string& folder) {
  const char* const path = folder.c_str();
  if (folder.empty() || ::unshare(CLONE_NEWNS) != 0) return;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
  if (::mount(path, path, nullptr, MS_BIND, nullptr) != 0) return;
  (void)::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr);
}

/// Async-signal-safe. Asio's sockets are not close-on-exec.
void close_all_but(int kept, int most) {
  const bool done = ::syscall(SYS_close_range, STDERR_FILENO + 1, kept - 1, 0) == 0 &&
                    ::syscall(SYS_close_range, kept + 1, ~0U, 0) == 0;
  for (int fd = STDERR_FILENO + 1; !done && fd < most; ++fd) {  // Linux before 5.9, and some sandboxes
    if (fd != kept) ::close(fd);
  }
}

int most_descriptors() {
  constexpr rlim_t enough = 65536;
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<int>(std::min(limit.rlim_cur, enough)) : 1024;
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
  Pipe output;
  Pipe failure;  // closed by an exec that works, or else told what it was
  // All memory is laid out before the fork: between fork and exec only async-signal-safe calls are allowed.
  const std::string program = state_->options.program;
  const std::string folder = state_->options.working_directory;
  const std::string read_only = state_->options.read_only;
  const std::string control_group = state_->options.control_group;
  const std::vector<std::string> argument_texts{program};
  std::vector<std::string> variables;
  for (const auto& [name, value] : state_->options.environment) variables.push_back(name + "=" + value);
  auto arguments = pointers(argument_texts);
  auto environment = pointers(variables);
  const int most = most_descriptors();
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
    ::dup2(output.in, STDOUT_FILENO);
    ::dup2(output.in, STDERR_FILENO);
    close_all_but(failure.in, most);
    make_read_only(read_only);
    if (join(control_group) && ::chdir(folder.c_str()) == 0) {
      ::execve(arguments[0], arguments.data(), environment.data());
    }
    const int error = errno;
    [[maybe_unused]] const auto told = ::write(failure.in, &error, sizeof error);
    ::_exit(127);
  }
  if (pid < 0) fail("fork");
  ::setpgid(pid, pid);
  const auto give_up = [pid](const std::string& what, int error) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    fail(what, error);
  };
  Pipe::close(output.in);
  Pipe::close(failure.in);
  int error = 0;
  if (::read(failure.out, &error, sizeof error) == sizeof error) give_up("fork/exec " + program, error);
  const int ended = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (ended < 0) give_up("pidfd_open, which needs Linux 5.3", errno);
  state_->pid = pid;
  state_->output.assign(std::exchange(output.out, -1));
  state_->ended.assign(ended);
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
