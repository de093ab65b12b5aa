#pragma once

#include <temporal/common/retry_policy.h>
#include <temporal/common/utf8.h>

#include <optional>
#include <string_view>

namespace temporal::detail {

inline constexpr std::string_view is_not_text = "is not UTF-8: was a character cut in two?";

/// The part of a check that is the same wherever a user gives something that is to be sent: what protobuf would send
/// although nobody could read it. A room's check derives from it, `class Check : public TextChecks<Check>`, and adds
/// its own limits and two functions: `needed()`, and `fail(field, problem)`, which throws and does not show the text.
template <class Check>
class TextChecks {
 public:
  const Check& text(std::string_view field, std::string_view value) const {
    if (self().needed() && !is_valid_utf8(value)) self().fail(field, is_not_text);
    return self();
  }

  /// Text that is not empty.
  const Check& name(std::string_view field, std::string_view value) const {
    if (self().needed() && value.empty()) self().fail(field, "is empty");
    return text(field, value);
  }

  /// The keys of a map.
  template <class Map>
  const Check& keys(std::string_view field, const Map& values) const {
    for (const auto& value : values) text(field, value.first);
    return self();
  }

  const Check& error_types(const std::optional<RetryPolicy>& policy) const {
    if (!policy) return self();
    for (const auto& type : policy->non_retryable_error_types) text("retry_policy.non_retryable_error_types", type);
    return self();
  }

 private:
  [[nodiscard]] const Check& self() const noexcept { return static_cast<const Check&>(*this); }
};

}  // namespace temporal::detail
