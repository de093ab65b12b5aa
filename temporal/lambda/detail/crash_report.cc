#include <temporal/lambda/detail/crash_report.h>

#include <temporal/common/running.h>
#include <temporal/lambda/detail/call_chain.h>
#include <temporal/lambda/detail/program_image.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <ucontext.h>
#include <unistd.h>

namespace temporal::lambda::detail {
namespace {

// A signal handler may read neither heap nor locks: the id lies in a buffer of fixed size.
constexpr std::size_t longest_id = 64;
std::array<char, longest_id> request_id;
constexpr std::size_t longest_text = 256;
std::atomic<std::size_t> request_id_size{0};

ProgramImage program;

constexpr std::uintptr_t near_the_stack = 1 << 16;

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

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

/// A line that is put together without allocating.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    const auto count = std::min(text.size(), bytes_.size() - size_);
    std::memcpy(bytes_.data() + size_, text.data(), count);
    size_ += count;
    return *this;
  }
  /// Text of the user's: what is not plain is replaced, since the line is JSON.
  Line& quoted(std::string_view text) {
    for (const char c : text) *this << (is_plain(c) ? std::string_view{&c, 1} : "?");
    return *this;
  }
  Line& field(std::string_view name, std::string_view text) {
    if (text.empty()) return *this;
    return (*this << ",\"" << name << "\":\"").quoted(text.substr(0, longest_text)) << "\"";
  }
  /// "0x1a2b 0x3c4d", as those who turn addresses into lines take them.
  Line& addresses(std::span<const std::uintptr_t> addresses) {
    if (addresses.empty()) return *this;
    *this << ",\"addresses\":\"";
    for (const auto& address : addresses) (*this << (&address == addresses.data() ? "0x" : " 0x")).hexadecimal(address);
    return *this << "\"";
  }
  /// As RFC 3339 has it: `gmtime_r` takes a lock.
  Line& time(std::chrono::system_clock::time_point time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{days};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - days)};
    number(static_cast<int>(date.year()), 4) << "-";
    number(static_cast<int>(static_cast<unsigned>(date.month())), 2) << "-";
    number(static_cast<int>(static_cast<unsigned>(date.day())), 2) << "T";
    number(static_cast<int>(clock.hours().count()), 2) << ":";
    number(static_cast<int>(clock.minutes().count()), 2) << ":";
    number(static_cast<int>(clock.seconds().count()), 2) << ".";
    return number(static_cast<int>(clock.subseconds().count()), 3) << "Z";
  }
  void write() const { [[maybe_unused]] const auto written = ::write(STDERR_FILENO, bytes_.data(), size_); }

 private:
  Line& number(int value, std::size_t digits) {
    std::array<char, 4> text{};
    for (std::size_t i = digits; i > 0; value /= 10) text.at(--i) = static_cast<char>('0' + value % 10);
    return *this << std::string_view{text.data(), digits};
  }

  void hexadecimal(std::uintptr_t value) {
    std::array<char, 16> text{};
    auto begin = text.size();
    do {
      text.at(--begin) = "0123456789abcdef"[value % 16];
      value /= 16;
    } while (value != 0);
    *this << std::string_view{text.data() + begin, text.size() - begin};
  }

  std::array<char, 2048> bytes_;
  std::size_t size_ = 0;
};

std::uintptr_t stack_pointer([[maybe_unused]] const void* context) {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return static_cast<const ucontext_t*>(context)->uc_mcontext.sp;
#else
  return 0;
#endif
}

bool is_stack_full(int signal, const siginfo_t& info, const void* context) {
  if (signal != SIGSEGV || info.si_code <= 0) return false;  // sent by somebody
  const auto at = reinterpret_cast<std::uintptr_t>(info.si_addr);
  const auto stack = stack_pointer(context);
  return at + near_the_stack > stack && at < stack + near_the_stack;
}

/// What is known of a crash before its line is written.
struct Crash {
  int signal = 0;
  bool stack_is_full = false;
  CallChain calls = {};
};

void write(const Crash& crash) {
  const auto running = temporal::detail::RunningHere::names();
  Line line;
  line << R"({"timestamp":")";
  line.time(std::chrono::system_clock::now());
  line << R"(","level":"FATAL","message":"the process crashed: )" << name(crash.signal)
       << (crash.stack_is_full ? ", the stack is full" : "") << R"(","requestId":")"
       << std::string_view{request_id.data(), request_id_size.load(std::memory_order_acquire)} << "\"";
  if (running.kind == "activity") {
    line.field("activity_type", running.type).field("activity_id", running.id);
  } else if (!running.kind.empty()) {
    line.field("workflow_type", running.type);
  }
  if (!running.kind.empty()) line.field("workflow_id", running.workflow_id);
  line.field("gnu_build_id", program.build_id()).addresses(crash.calls.addresses());
  line << "}\n";
  line.write();
}

void report(int signal, siginfo_t* info, void* context) {
  static constinit thread_local Crash crash;
  // Walking the calls can crash in its turn, and comes here again: what is known by then is written.
  if (crash.signal == 0) {
    crash.signal = signal;
    crash.stack_is_full = is_stack_full(signal, *info, context);
    crash.calls.walk(program, context);
  }
  for (const int each : crash_signals) ::signal(each, SIG_DFL);  // from here on a crash kills
  write(crash);
  ::raise(crash.signal);
}

}  // namespace

CrashContext::CrashContext(std::string_view id) noexcept {
  std::size_t size = 0;
  for (const char c : id.substr(0, longest_id)) request_id.at(size++) = is_plain(c) ? c : '?';
  request_id_size.store(size, std::memory_order_release);
}

CrashContext::~CrashContext() { request_id_size.store(0, std::memory_order_release); }

void install_crash_report() noexcept {
  // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new): without memory for it nothing else would start, either
  static const auto& of_the_main_thread = *new temporal::detail::SignalStack;
  (void)of_the_main_thread;
  program = ProgramImage::of_this_process();
  CallChain::prepare();
  struct sigaction action{};
  action.sa_sigaction = report;
  action.sa_flags = SA_NODEFER | SA_ONSTACK | SA_SIGINFO;
  for (const int signal : crash_signals) ::sigaction(signal, &action, nullptr);
}

}  // namespace temporal::lambda::detail
