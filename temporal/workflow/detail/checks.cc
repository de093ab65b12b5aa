#include <temporal/workflow/detail/checks.h>

#include <temporal/common/utf8.h>

#include <cmath>
#include <stdexcept>
#include <string>

namespace temporal::workflow::detail {
namespace {

constexpr std::size_t longest_fairness_key = 64;  // bytes; the server's

}  // namespace

void require_text(std::string_view what, std::string_view value) {
  if (temporal::detail::is_valid_utf8(value)) return;
  throw std::invalid_argument(std::string{what} + " " + std::string{temporal::detail::is_not_text});
}

Check::Check(const Commands& commands, std::string_view kind, std::string_view name)
    : kind_(kind), name_(name), needed_(!commands.closed()) {
  text("its name", name);
}

const Check& Check::duration(std::string_view field, std::optional<Duration> value) const {
  if (needed_ && value && *value < Duration::zero()) fail(field, "is negative");
  return *this;
}

const Check& Check::retry_policy(const std::optional<RetryPolicy>& policy) const {
  if (!needed_ || !policy) return *this;
  error_types(policy);
  if (policy->maximum_attempts < 0) fail("retry_policy.maximum_attempts", "is negative");
  if (policy->maximum_attempts == 1) return *this;  // the server does not look at the rest
  duration("retry_policy.initial_interval", policy->initial_interval);
  duration("retry_policy.maximum_interval", policy->maximum_interval);
  const auto coefficient = policy->backoff_coefficient;
  if (!std::isfinite(coefficient) || (coefficient < 1 && coefficient != 0)) {
    fail("retry_policy.backoff_coefficient", "is less than 1, or no finite number");
  }
  if (policy->maximum_interval && *policy->maximum_interval > Duration::zero() &&
      *policy->maximum_interval < policy->initial_interval) {
    fail("retry_policy.maximum_interval", "is less than initial_interval");
  }
  return *this;
}

const Check& Check::priority(const Priority& priority) const {
  if (!needed_) return *this;
  if (priority.priority_key < 0) fail("priority.priority_key", "is negative");
  if (priority.fairness_key.size() > longest_fairness_key) fail("priority.fairness_key", "is longer than 64 bytes");
  if (!std::isfinite(priority.fairness_weight)) fail("priority.fairness_weight", "is no finite number");
  return text("priority.fairness_key", priority.fairness_key);
}

const Check& Check::search_attributes(const SearchAttributes& attributes) const {
  for (const auto& [key, value] : attributes.entries()) text("the name of a search attribute", key);
  return *this;
}

void Check::fail(std::string_view problem) const {
  throw std::invalid_argument(std::string{kind_} + " " + temporal::detail::to_valid_utf8(name_) + ": " +
                              std::string{problem});
}

void Check::fail(std::string_view field, std::string_view problem) const {
  fail(std::string{field} + " " + std::string{problem});
}

}  // namespace temporal::workflow::detail
