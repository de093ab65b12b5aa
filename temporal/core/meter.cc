// Apart from telemetry.cc: a worker that has a meter carries no exporters for it.
#include <temporal/core/detail/attributes.h>
#include <temporal/core/detail/boundary.h>
#include <temporal/core/runtime.h>
#include <temporal/core/telemetry.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace temporal::core {
namespace {

class BridgeInstrument final : public temporal::detail::Instrument {
 public:
  BridgeInstrument(const Runtime& runtime, temporal::detail::InstrumentKind kind, const std::string& name,
                   const InstrumentOptions& options) {
    bridge::v1::InstrumentOptions message;
    message.set_name(name);
    message.set_description(options.description);
    message.set_unit(options.unit);
    message.set_kind(static_cast<int>(kind));
    const auto bytes = message.SerializeAsString();
    detail::call_now([&](TemporalBytes* error) {
      return temporal_instrument_new(runtime.handle(), detail::bytes(bytes), bytes.size(), &handle_, error);
    });
  }
  ~BridgeInstrument() override { temporal_instrument_free(handle_); }
  BridgeInstrument(const BridgeInstrument&) = delete;
  BridgeInstrument& operator=(const BridgeInstrument&) = delete;

  void record(double value, const Attributes& attributes) const noexcept override {
    if (handle_ == nullptr) return;  // no telemetry
    bridge::v1::Attributes message;
    detail::add(*message.mutable_attributes(), attributes);
    const auto bytes = message.SerializeAsString();
    temporal_instrument_record(handle_, value, detail::bytes(bytes), bytes.size(), nullptr);
  }

 private:
  TemporalInstrument* handle_ = nullptr;
};

class BridgeInstruments final : public temporal::detail::Instruments {
 public:
  explicit BridgeInstruments(std::shared_ptr<Runtime> runtime) : runtime_(std::move(runtime)) {}

  std::shared_ptr<const temporal::detail::Instrument> get(temporal::detail::InstrumentKind kind,
                                                          const std::string& name,
                                                          const InstrumentOptions& options) override {
    const std::scoped_lock lock{mutex_};
    const auto known = instruments_.find(name);
    if (known == instruments_.end()) {
      auto made = std::make_shared<BridgeInstrument>(*runtime_, kind, name, options);
      return instruments_.emplace(name, Known{kind, std::move(made)}).first->second.instrument;
    }
    if (known->second.kind != kind) {
      throw std::invalid_argument{"the metric \"" + name +
                                  "\" is of another kind already: give one of the two another name"};
    }
    return known->second.instrument;
  }

 private:
  struct Known {
    temporal::detail::InstrumentKind kind;
    std::shared_ptr<const BridgeInstrument> instrument;
  };

  std::shared_ptr<Runtime> runtime_;
  std::mutex mutex_;
  std::map<std::string, Known> instruments_;
};

}  // namespace

Meter meter(std::shared_ptr<Runtime> runtime) { return Meter{std::make_shared<BridgeInstruments>(std::move(runtime))}; }

}  // namespace temporal::core
