#include <temporal/codec/detail/taken_payloads.h>
#include <temporal/codec/payload_codec.h>
#include <temporal/core/payloads.h>

namespace temporal::codec {
namespace {

class Taken final : public detail::TakenPayloads {
 public:
  Taken(std::string_view kind, const std::string& message, bool with_headers)
      : payloads_(kind, message, with_headers) {}

  [[nodiscard]] bool empty() const { return payloads_.empty(); }
  [[nodiscard]] const std::string& taken() const override { return payloads_.taken(); }
  [[nodiscard]] std::string put(const std::string& given) override { return payloads_.put(given); }

 private:
  core::MessagePayloads payloads_;
};

}  // namespace

PayloadCodec::~PayloadCodec() = default;

std::unique_ptr<detail::TakenPayloads> PayloadCodec::take(std::string_view kind, const std::string& message,
                                                          bool with_headers) const {
  auto taken = std::make_unique<Taken>(kind, message, with_headers);
  if (taken->empty()) return nullptr;
  return taken;
}

}  // namespace temporal::codec
