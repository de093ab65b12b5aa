#pragma once

#include <temporal/client/interceptor.h>
#include <temporal/client/rpc_options.h>
#include <temporal/common/detail/text_checks.h>
#include <temporal/common/duration.h>
#include <temporal/common/headers.h>
#include <temporal/common/priority.h>
#include <temporal/common/retry_policy.h>
#include <temporal/common/search_attributes.h>

#include <optional>
#include <string_view>

/// \file
/// What can be seen to be wrong with a call before it is sent. The server's limits of length are its own, and it says
/// so itself.

namespace temporal::client::detail {

/// Each check throws a `ConfigurationError`.
class Check : public temporal::detail::TextChecks<Check> {
 public:
  /// `of` is said before each field, such as "StartOptions: "; it must outlive the check.
  explicit Check(std::string_view of = {}) noexcept : of_(of) {}

  const Check& require(bool good, std::string_view field, std::string_view problem) const;
  /// Longer than zero.
  const Check& timeout(std::string_view field, std::optional<Duration> value) const;
  const Check& retry_policy(const std::optional<RetryPolicy>& policy) const;
  const Check& priority(const Priority& priority) const;
  const Check& search_attributes(const SearchAttributes& attributes) const;
  const Check& headers(const Headers& headers) const;

  [[noreturn]] void fail(std::string_view field, std::string_view problem) const;
  static bool needed() noexcept { return true; }

 private:
  std::string_view of_;
};

// @throws ConfigurationError that names the field
void validate(const StartWorkflowInput& input);
void validate(const UpdateWithStartInput& input);
void validate(const SignalWorkflowInput& input);
void validate(const QueryWorkflowInput& input);
void validate(const StartUpdateInput& input);
void validate(const CancelWorkflowInput& input);
void validate(const TerminateWorkflowInput& input);
void validate(const DescribeWorkflowInput& input);
void validate(const HistoryOptions& options);
void validate(const RpcOptions& options);

}  // namespace temporal::client::detail
