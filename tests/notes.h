#pragma once

#include <temporal/common/headers.h>
#include <temporal/converter/payload_converter.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// \file
/// What the tests of interceptors write down.

namespace temporal::tests {

/// What was seen, in the order in which it was. Thread-safe.
class Notes {
 public:
  void add(std::string what) {
    const std::scoped_lock lock{mutex_};
    lines_.push_back(std::move(what));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::scoped_lock lock{mutex_};
    return lines_;
  }
  std::vector<std::string> take() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(lines_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The text in the header "trace".
inline std::string trace_in(const Headers& headers) {
  const auto found = headers.find("trace");
  return found == headers.end() ? "none" : converter::from_payload<std::string>(found->second);
}

}  // namespace temporal::tests
