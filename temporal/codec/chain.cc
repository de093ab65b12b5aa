#include <temporal/codec/chain.h>

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <utility>

namespace temporal::codec {
namespace {

class Chain final : public PayloadCodec {
 public:
  explicit Chain(std::vector<std::shared_ptr<PayloadCodec>> codecs) : codecs_(std::move(codecs)) {}

  Task<std::vector<Payload>> encode(const SerializationContext& context, std::vector<Payload> payloads) override {
    for (const auto& codec : codecs_) payloads = co_await codec->encode(context, std::move(payloads));
    co_return payloads;
  }
  Task<std::vector<Payload>> decode(const SerializationContext& context, std::vector<Payload> payloads) override {
    for (const auto& codec : std::views::reverse(codecs_)) {
      payloads = co_await codec->decode(context, std::move(payloads));
    }
    co_return payloads;
  }

 private:
  std::vector<std::shared_ptr<PayloadCodec>> codecs_;
};

}  // namespace

std::shared_ptr<PayloadCodec> chain(std::vector<std::shared_ptr<PayloadCodec>> codecs) {
  if (std::ranges::find(codecs, nullptr) != codecs.end()) throw std::invalid_argument("a codec of the chain is null");
  return std::make_shared<Chain>(std::move(codecs));
}

}  // namespace temporal::codec
