#pragma once

#include <temporal/common/detail/text_checks.h>
#include <temporal/common/duration.h>
#include <temporal/common/priority.h>
#include <temporal/common/retry_policy.h>
#include <temporal/common/search_attributes.h>
#include <temporal/workflow/detail/commands.h>
#include <temporal/workflow/detail/require_writable.h>

#include <optional>
#include <string_view>

namespace temporal::workflow::detail {

/// Looks at what a command takes from the user, where the user asks for it. What core or the server refuse instead
/// fails the workflow task over and over, in words that do not name the field. Each check throws
/// `std::invalid_argument`, unless commands are dropped: destructors run then, which must not throw.
class Check : public temporal::detail::TextChecks<Check> {
 public:
  /// `kind` and `name` say of what, such as "activity" and "charge"; both must outlive the check.
  Check(const Commands& commands, std::string_view kind, std::string_view name);

  /// Zero or more.
  const Check& duration(std::string_view field, std::optional<Duration> value) const;
  const Check& retry_policy(const std::optional<RetryPolicy>& policy) const;
  const Check& priority(const Priority& priority) const;
  const Check& search_attributes(const SearchAttributes& attributes) const;

  /// What is wrong, with what it is about before it.
  [[noreturn]] void fail(std::string_view problem) const;
  [[noreturn]] void fail(std::string_view field, std::string_view problem) const;
  [[nodiscard]] bool needed() const noexcept { return needed_; }

 private:
  std::string_view kind_;
  std::string_view name_;
  bool needed_;
};

}  // namespace temporal::workflow::detail
