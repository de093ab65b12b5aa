#include "isolated.h"

#include "check.h"
#include "program.h"
#include "shrink.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace temporal::generated {
namespace {

/// What the process of the cases tells the one that waits for it.
struct Shared {
  std::uint64_t seed;
  std::array<char, 20000> problem;
};

constexpr unsigned most_seconds_of_a_case = 20;

Shared& shared() {
  static auto* const memory =
      static_cast<Shared*>(mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *memory;
}

/// Runs it in a process of its own; `work` says what went wrong.
std::string isolated(const std::function<std::string()>& work) {
  auto& told = shared();
  told = {};
  const auto process = fork();
  if (process == 0) {
    const auto problem = work();
    std::strncpy(told.problem.data(), problem.c_str(), told.problem.size() - 1);
    if (problem.empty() && __lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0) {
      std::strncpy(told.problem.data(), "memory leaks", told.problem.size() - 1);
    }
    _exit(told.problem[0] == '\0' ? 0 : 1);
  }
  int status = 0;
  waitpid(process, &status, 0);
  if (told.problem[0] != '\0') return told.problem.data();
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGALRM ? "it never ends" : "it ends with signal " + std::to_string(WTERMSIG(status));
  }
  return WEXITSTATUS(status) == 0 ? "" : "it ends with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::optional<Finding> find(std::uint64_t first, std::uint64_t count) {
  const auto problem = isolated([&]() -> std::string {
    for (auto seed = first; seed < first + count; ++seed) {
      shared().seed = seed;
      alarm(most_seconds_of_a_case);
      if (auto wrong = check(Case::of_seed(seed)); !wrong.empty()) return wrong;
    }
    alarm(0);
    return {};
  });
  if (problem.empty()) return std::nullopt;
  return Finding{.seed = shared().seed, .problem = problem};
}

std::string check_isolated(const Case& made) {
  return isolated([&] {
    alarm(most_seconds_of_a_case);
    return check(made);
  });
}

std::string words(const Case& made) {
  return to_text(make_program(Choices{made.program})) + isolated([&] { return events_of(made); }) +
         "as bytes: " + to_hex(made.bytes()) + "\n";
}

std::string simplest(const Case& made, const std::string& problem) {
  const auto kind = kind_of(problem);
  const auto smaller = shrink(made, [&](const Case& each) { return kind_of(check_isolated(each)) == kind; });
  return check_isolated(smaller) + "\n" + words(smaller);
}

}  // namespace temporal::generated
