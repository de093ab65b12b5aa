#pragma once

#include <stop_token>
#include <thread>

namespace temporal::lambda::detail {

/// While it lives, SIGTERM and SIGINT request a stop in place of ending the process. One at a time.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  [[nodiscard]] std::stop_token token() const noexcept { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace temporal::lambda::detail
