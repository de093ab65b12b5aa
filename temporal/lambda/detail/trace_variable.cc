#include <temporal/lambda/detail/trace_variable.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

namespace temporal::lambda::detail {
namespace {

constexpr std::string_view name = "_X_AMZN_TRACE_ID=";
constexpr std::size_t longest_trace_id = 1024;

// Belongs to the environment once it has been put there.
std::array<char, name.size() + longest_trace_id + 1> variable{};

}  // namespace

void reserve_trace_variable() {
  std::ranges::copy(name, variable.begin());
  ::putenv(variable.data());  // NOLINT(concurrency-mt-unsafe): there are no threads yet
}

void set_trace_variable(std::string_view trace_id) noexcept {
  if (trace_id.size() > longest_trace_id || trace_id.find('\0') != std::string_view::npos) trace_id = {};
  char* const value = variable.data() + name.size();
  *value = '\0';  // whoever reads it meanwhile finds nothing, or the beginning
  std::ranges::copy(trace_id.substr(std::min<std::size_t>(1, trace_id.size())), value + 1);
  value[std::max<std::size_t>(trace_id.size(), 1)] = '\0';
  if (!trace_id.empty()) *value = trace_id.front();
}

}  // namespace temporal::lambda::detail
