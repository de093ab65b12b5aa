#pragma once

#include <temporal/common/metrics.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// \file
/// Instruments for unit tests.

namespace temporal::detail {

/// Writes down what is recorded: "counter orders_paid 2 currency=EUR task_queue=orders". For one thread at a time.
class FakeInstruments final : public Instruments {
 public:
  std::shared_ptr<const Instrument> get(InstrumentKind kind, const std::string& name,
                                        const InstrumentOptions& /*options*/) override {
    return std::make_shared<FakeInstrument>(to_text(kind) + " " + name, lines_);
  }

  [[nodiscard]] const std::vector<std::string>& lines() const { return *lines_; }

 private:
  static std::string to_text(InstrumentKind kind) {
    switch (kind) {
      case InstrumentKind::counter:
        return "counter";
      case InstrumentKind::up_down_counter:
        return "up_down_counter";
      case InstrumentKind::histogram:
        return "histogram";
      case InstrumentKind::duration_histogram:
        return "duration_histogram";
      case InstrumentKind::gauge:
        return "gauge";
    }
    return "unknown";
  }

  using Lines = std::shared_ptr<std::vector<std::string>>;

  class FakeInstrument final : public Instrument {
   public:
    FakeInstrument(std::string name, Lines lines) : name_(std::move(name)), lines_(std::move(lines)) {}
    void record(double value, const Attributes& attributes) const noexcept override {
      std::ostringstream line;
      line << std::boolalpha << name_ << ' ' << value;
      for (const auto& [key, attribute] : attributes) {
        std::visit([&line, &key = key](const auto& plain) { line << ' ' << key << '=' << plain; }, attribute);
      }
      lines_->push_back(line.str());
    }

   private:
    std::string name_;
    Lines lines_;
  };

  Lines lines_ = std::make_shared<std::vector<std::string>>();
};

}  // namespace temporal::detail
