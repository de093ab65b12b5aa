#include <temporal/workflow/info.h>

#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/detail/require_writable.h>

#include <array>

namespace temporal::workflow {

using detail::Context;

const Info& info() { return Context::current().facts.info; }
bool is_replaying() { return Context::current().facts.replaying; }
std::uint32_t history_length() { return Context::current().facts.history_length; }
std::uint64_t history_size_bytes() { return Context::current().facts.history_size_bytes; }
bool continue_as_new_suggested() { return Context::current().facts.continue_as_new_suggested; }
std::optional<WorkerDeploymentVersion> current_deployment_version() {
  return Context::current().facts.deployment_version;
}
bool target_deployment_version_changed() { return Context::current().facts.target_deployment_version_changed; }
const std::vector<Payload>& detail::last_completion_result() { return Context::current().facts.last_completion_result; }
const std::exception_ptr& last_failure() { return Context::current().facts.last_failure; }

std::mt19937_64& random() {
  detail::Context::current().commands.require_replayed();
  return Context::current().facts.random;
}

std::string uuid4() {
  constexpr std::uint64_t version_mask = 0xf000;
  constexpr std::uint64_t version_4 = 0x4000;
  constexpr std::uint64_t variant_mask = 0xc000'0000'0000'0000;
  constexpr std::uint64_t variant_1 = 0x8000'0000'0000'0000;
  auto& generator = random();
  const std::array<std::uint64_t, 2> halves{(generator() & ~version_mask) | version_4,
                                            (generator() & ~variant_mask) | variant_1};
  std::string text;
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    text += "0123456789abcdef"[(halves.at(digit / 16) >> (60 - 4 * (digit % 16))) & 0xf];
  }
  return text;
}

}  // namespace temporal::workflow
