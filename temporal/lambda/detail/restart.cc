#include <temporal/lambda/detail/restart.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace temporal::lambda::detail {
namespace {

constexpr const char* mark = "_TEMPORAL_LAMBDA_RESTARTED";

std::vector<std::string> arguments() {
  std::ifstream file{"/proc/self/cmdline", std::ios::binary};
  std::vector<std::string> found;
  for (std::string argument; std::getline(file, argument, '\0');) found.push_back(argument);
  return found;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Sockets of the user's and of what is stuck would stay open, and nobody would know of them.
void close_files_when_it_begins() {
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    const auto name = entry.path().filename().string();
    int file = -1;
    std::from_chars(name.data(), name.data() + name.size(), file);
    if (file > STDERR_FILENO) ::fcntl(file, F_SETFD, FD_CLOEXEC);
  }
}

}  // namespace

void restart() noexcept {
  try {
    auto argument_texts = arguments();
    // A copy: what is stuck may read the environment.
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    variables.push_back(std::string{mark} + "=1");
    close_files_when_it_begins();
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::execve("/proc/self/exe", pointers(argument_texts).data(), pointers(variables).data());
  } catch (const std::exception&) {
    return;
  }
}

bool take_restart_mark() {
  if (std::getenv(mark) == nullptr) return false;  // NOLINT(concurrency-mt-unsafe): there are no threads yet
  ::unsetenv(mark);                                // NOLINT(concurrency-mt-unsafe)
  return true;
}

}  // namespace temporal::lambda::detail
