#pragma once

#include <temporal/common/duration.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

/// \file
/// Metrics of the user's own. They go where the SDK's go, and record nothing where there is no telemetry.
///
/// ```cpp
/// const auto meter = activity::metrics();  // or workflow::metrics(), or Telemetry::meter()
/// meter.counter("orders_paid").add(1, {{"currency", "EUR"}});
/// meter.duration_histogram("payment_latency").record(watch.elapsed());
/// ```

namespace temporal {

/// Of a metric or a span.
using AttributeValue = std::variant<std::string, std::int64_t, double, bool>;
using Attributes = std::map<std::string, AttributeValue>;

/// How an instrument is described to those who look at it.
struct InstrumentOptions {
  std::string description = {};
  std::string unit = {};  ///< as in https://ucum.org: "By", "1"; durations have their own
};

namespace detail {

enum class InstrumentKind { counter, up_down_counter, histogram, duration_histogram, gauge };

/// What records the values of one metric. Thread-safe.
class Instrument {
 public:
  Instrument() = default;
  Instrument(const Instrument&) = delete;
  Instrument& operator=(const Instrument&) = delete;
  virtual ~Instrument() = default;
  /// Durations are in seconds.
  virtual void record(double value, const Attributes& attributes) const noexcept = 0;
};

/// What makes instruments. Thread-safe; one that was made before is given again.
class Instruments {
 public:
  Instruments() = default;
  Instruments(const Instruments&) = delete;
  Instruments& operator=(const Instruments&) = delete;
  virtual ~Instruments() = default;
  virtual std::shared_ptr<const Instrument> get(InstrumentKind kind, const std::string& name,
                                                const InstrumentOptions& options) = 0;
};

/// @throws std::invalid_argument that names what OpenTelemetry would refuse, and drop every value for
void check_instrument(const std::string& name, const InstrumentOptions& options);

using RecordCondition = std::shared_ptr<const std::function<bool()>>;  // null: always

/// An instrument with what its meter adds to each value.
class BoundInstrument {
 public:
  BoundInstrument() = default;
  BoundInstrument(std::shared_ptr<const Instrument> instrument, Attributes attributes, RecordCondition condition)
      : instrument_(std::move(instrument)), attributes_(std::move(attributes)), condition_(std::move(condition)) {}

 protected:
  void record_value(double value, const Attributes& attributes) const {
    if (!instrument_ || !std::isfinite(value) || (condition_ && !(*condition_)())) return;
    if (attributes.empty()) return instrument_->record(value, attributes_);
    auto all = attributes;
    all.insert(attributes_.begin(), attributes_.end());
    instrument_->record(value, all);
  }

 private:
  std::shared_ptr<const Instrument> instrument_;
  Attributes attributes_;
  RecordCondition condition_;
};

}  // namespace detail

/// Makes instruments, whose names are those under which the metrics are found. They and it are cheap to copy, and
/// thread-safe. One without telemetry makes instruments that record nothing. Attributes that are given with a value win
/// over those of the meter. A value that is NaN or infinite is not recorded: it would stay in every sum. Attributes
/// that are not UTF-8 are recorded with U+FFFD for each piece that is none.
///
/// An instrument whose name is not as OpenTelemetry wants it (a letter, then letters, digits, `_`, `.`, `-` and `/`,
/// 255 at most), whose unit is longer than 63 ASCII characters, or whose description is not UTF-8 throws
/// `std::invalid_argument`, with telemetry or without; so does one whose name a meter has for another kind. See
/// https://opentelemetry.io/docs/specs/otel/metrics/api/#instrument-name-syntax.
class Meter {
 public:
  /// Counts what only grows.
  class Counter : public detail::BoundInstrument {
   public:
    using BoundInstrument::BoundInstrument;
    void add(std::uint64_t value = 1, const Attributes& attributes = {}) const {
      record_value(static_cast<double>(value), attributes);
    }
  };

  /// Counts what grows and shrinks.
  class UpDownCounter : public detail::BoundInstrument {
   public:
    using BoundInstrument::BoundInstrument;
    void add(std::int64_t value, const Attributes& attributes = {}) const {
      record_value(static_cast<double>(value), attributes);
    }
  };

  /// Sees how values are distributed.
  class Histogram : public detail::BoundInstrument {
   public:
    using BoundInstrument::BoundInstrument;
    void record(double value, const Attributes& attributes = {}) const { record_value(value, attributes); }
  };

  /// The same of durations. Exported in milliseconds, or in seconds where the telemetry says so.
  class DurationHistogram : public detail::BoundInstrument {
   public:
    using BoundInstrument::BoundInstrument;
    void record(Duration value, const Attributes& attributes = {}) const {
      record_value(std::chrono::duration<double>(value).count(), attributes);
    }
  };

  /// Knows the last value.
  class Gauge : public detail::BoundInstrument {
   public:
    using BoundInstrument::BoundInstrument;
    void set(double value, const Attributes& attributes = {}) const { record_value(value, attributes); }
  };

  Meter() = default;
  explicit Meter(std::shared_ptr<detail::Instruments> instruments) : instruments_(std::move(instruments)) {}

  [[nodiscard]] Counter counter(const std::string& name, const InstrumentOptions& options = {}) const {
    return make<Counter>(detail::InstrumentKind::counter, name, options);
  }
  [[nodiscard]] UpDownCounter up_down_counter(const std::string& name, const InstrumentOptions& options = {}) const {
    return make<UpDownCounter>(detail::InstrumentKind::up_down_counter, name, options);
  }
  [[nodiscard]] Histogram histogram(const std::string& name, const InstrumentOptions& options = {}) const {
    return make<Histogram>(detail::InstrumentKind::histogram, name, options);
  }
  [[nodiscard]] DurationHistogram duration_histogram(const std::string& name,
                                                     const InstrumentOptions& options = {}) const {
    return make<DurationHistogram>(detail::InstrumentKind::duration_histogram, name, options);
  }
  [[nodiscard]] Gauge gauge(const std::string& name, const InstrumentOptions& options = {}) const {
    return make<Gauge>(detail::InstrumentKind::gauge, name, options);
  }

  /// A meter whose instruments add these attributes to each value.
  [[nodiscard]] Meter with_attributes(Attributes attributes) const {
    attributes.insert(attributes_.begin(), attributes_.end());
    auto meter = *this;
    meter.attributes_ = std::move(attributes);
    return meter;
  }

  /// A meter whose instruments record nothing while `condition` is false. It must not throw.
  [[nodiscard]] Meter when(std::function<bool()> condition) const {
    auto meter = *this;
    meter.condition_ = std::make_shared<const std::function<bool()>>(
        [before = condition_, condition = std::move(condition)] { return (!before || (*before)()) && condition(); });
    return meter;
  }

 private:
  template <class Kind>
  [[nodiscard]] Kind make(detail::InstrumentKind kind, const std::string& name,
                          const InstrumentOptions& options) const {
    detail::check_instrument(name, options);
    return instruments_ ? Kind{instruments_->get(kind, name, options), attributes_, condition_} : Kind{};
  }

  std::shared_ptr<detail::Instruments> instruments_;
  Attributes attributes_;
  detail::RecordCondition condition_;
};

}  // namespace temporal
