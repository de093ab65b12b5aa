#include <temporal/lambda/detail/crash_report.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstring>

#include <unistd.h>

namespace temporal::lambda::detail {
namespace {

// A signal handler may read neither heap nor locks: the id lies in a buffer of fixed size.
constexpr std::size_t longest_id = 64;
std::array<char, longest_id> request_id;
std::atomic<std::size_t> request_id_size{0};

constexpr std::array crash_signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

std::string_view name(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    case SIGABRT:
      return "SIGABRT";
    default:
      return "a signal";
  }
}

/// A line that is put together without allocating.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    const auto count = std::min(text.size(), bytes_.size() - size_);
    std::memcpy(bytes_.data() + size_, text.data(), count);
    size_ += count;
    return *this;
  }
  void write() const { [[maybe_unused]] const auto written = ::write(STDERR_FILENO, bytes_.data(), size_); }

 private:
  std::array<char, 256> bytes_;
  std::size_t size_ = 0;
};

void report(int signal) {
  Line line;
  line << R"({"level":"FATAL","message":"the process crashed: )" << name(signal) << R"(","request_id":")"
       << std::string_view{request_id.data(), request_id_size.load(std::memory_order_acquire)} << "\"}\n";
  line.write();
  ::raise(signal);  // SA_RESETHAND: this time it kills
}

}  // namespace

CrashContext::CrashContext(std::string_view id) noexcept {
  std::size_t size = 0;
  for (const char c : id.substr(0, longest_id)) {  // the handler writes it as it is, so it must be plain
    const bool plain = c > ' ' && c <= '~' && c != '"' && c != '\\';
    request_id.at(size++) = plain ? c : '?';
  }
  request_id_size.store(size, std::memory_order_release);
}

CrashContext::~CrashContext() { request_id_size.store(0, std::memory_order_release); }

void install_crash_report() noexcept {
  struct sigaction action{};
  action.sa_handler = report;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
  for (const int signal : crash_signals) ::sigaction(signal, &action, nullptr);
}

}  // namespace temporal::lambda::detail
