#pragma once

#include <exception>
#include <utility>
#include <vector>

namespace temporal::workflow {

/// Which exceptions, besides `FailureError`, fail the workflow in place of its current task. Made by `failure_types`.
class FailureTypes {
 public:
  using Matches = bool (*)(const std::exception_ptr& failure);

  FailureTypes() = default;
  explicit FailureTypes(std::vector<Matches> types) : types_(std::move(types)) {}

  [[nodiscard]] bool contain(const std::exception_ptr& failure) const {
    for (const auto matches : types_) {
      if (matches(failure)) return true;
    }
    return false;
  }

 private:
  std::vector<Matches> types_;
};

/// The types, each with what derives from it: `{.failure_exception_types = failure_types<std::domain_error,
/// NoStock>()}`. `failure_types<std::exception>()` fails the workflow for every defect of its code.
template <class... Exceptions>
FailureTypes failure_types() {
  return FailureTypes{{+[](const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const Exceptions&) {
      return true;
    } catch (...) {
      return false;
    }
  }...}};
}

}  // namespace temporal::workflow
