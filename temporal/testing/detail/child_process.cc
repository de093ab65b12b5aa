#include <temporal/testing/detail/child_process.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace temporal::testing::detail {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error{errno, std::generic_category(), what}; }

class Socket {
 public:
  Socket(int family, int type) : fd_(::socket(family, type | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) fail("socket");
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(fd_); }
  /// False when somebody else has the address.
  template <class Address>
  [[nodiscard]] bool bind(const Address& address) const {
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
    if (errno != EADDRINUSE && errno != EACCES) fail("bind");
    return false;
  }

 private:
  int fd_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// An address in the kernel's memory that stands for the port: who is bound to it has the port, until the process ends.
sockaddr_un claim_of(int port) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto name = "temporal-cpp-port-" + std::to_string(port);
  std::ranges::copy(name, std::next(std::begin(address.sun_path)));  // after a zero: no file
  return address;
}

}  // namespace

ChildProcess::ChildProcess(const ChildOptions& options) {
  // All memory is laid out before the fork: between fork and exec only async-signal-safe calls are allowed.
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!options.environment.contains(text.substr(0, text.find('=')))) entries.push_back(text);
  }
  for (const auto& [name, value] : options.environment) entries.emplace_back(name).append("=").append(value);
  const auto pointers = [](const std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
  };
  auto arguments = pointers(options.command);
  auto environment = pointers(entries);
  const int log = ::open(options.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) fail("open " + options.log_file);

  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execvpe(arguments[0], arguments.data(), environment.data());
    ::_exit(127);
  }
  ::close(log);
  if (pid_ < 0) fail("fork");
  ::setpgid(pid_, pid_);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

ChildProcess::~ChildProcess() { stop(); }

bool ChildProcess::running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

void ChildProcess::signal(int number) const {
  if (pid_ > 0) ::kill(-pid_, number);
}

int ChildProcess::wait() {
  int status = 0;
  if (pid_ <= 0 || ::waitpid(pid_, &status, 0) != std::exchange(pid_, -1)) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ChildProcess::stop(std::chrono::milliseconds limit) {
  if (!running()) return;
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  signal(SIGCONT);
  signal(SIGTERM);
  pollfd ended{.fd = handle, .events = POLLIN, .revents = 0};
  if (handle < 0 || ::poll(&ended, 1, static_cast<int>(limit.count())) != 1) signal(SIGKILL);
  if (handle >= 0) ::close(handle);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int free_port() {
  // Below the ports that the kernel hands out by itself, so that the port is still free a moment later. Each process
  // begins elsewhere: several test programs run side by side.
  constexpr int first = 10'000;
  constexpr int count = 22'000;
  static std::atomic<unsigned> next = static_cast<unsigned>(::getpid()) * 2'654'435'761U;
  static std::mutex mutex;
  static std::vector<std::unique_ptr<Socket>> claims;
  for (;;) {
    const int port = first + static_cast<int>((next += 7) % count);
    auto claim = std::make_unique<Socket>(AF_UNIX, SOCK_DGRAM);
    if (!claim->bind(claim_of(port)) || !Socket{AF_INET, SOCK_STREAM}.bind(loopback(port))) continue;
    const std::scoped_lock lock{mutex};
    claims.push_back(std::move(claim));
    return port;
  }
}

}  // namespace temporal::testing::detail
