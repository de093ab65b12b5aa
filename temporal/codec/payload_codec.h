#pragma once

#include <temporal/common/payload.h>
#include <temporal/common/task.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// What changes payloads on their way out and in: encryption, compression.
/// See https://docs.temporal.io/payload-codec.
///
/// ```cpp
/// class Rot13 final : public codec::PayloadCodec {
///  public:
///   Task<std::vector<Payload>> encode(const codec::SerializationContext&, std::vector<Payload> payloads) override;
///   Task<std::vector<Payload>> decode(const codec::SerializationContext&, std::vector<Payload> payloads) override;
/// };
/// auto client = client::Client::connect({.data_converter = {.codec = std::make_shared<Rot13>()}});
/// ```

namespace temporal::codec {

namespace detail {
class TakenPayloads;
}

/// What payloads belong to, as far as that is known. A member that is empty is not known.
struct SerializationContext {
  std::string namespace_ = {};
};

/// Changes payloads to what travels, and back. A client with one hands it on to its workers; the server, and whoever
/// looks at it without a codec, sees what `encode` gives.
///
/// Both functions are called from several threads at once, on threads of their own, and may wait by `co_await`. They
/// get all payloads of a message in one piece and give back as many, in the same order. What one throws fails what the
/// payloads are of, and not more: a workflow task or an attempt of an activity, which the server tries again, or a
/// call. Keep secrets out of the message of an exception, it is recorded.
class PayloadCodec {
 public:
  PayloadCodec() = default;
  PayloadCodec(const PayloadCodec&) = delete;
  PayloadCodec& operator=(const PayloadCodec&) = delete;
  virtual ~PayloadCodec();

  virtual Task<std::vector<Payload>> encode(const SerializationContext& context, std::vector<Payload> payloads) = 0;
  /// Payloads that are not encoded by this codec, such as those of a run that began before it was there, come here too:
  /// give them back as they are.
  virtual Task<std::vector<Payload>> decode(const SerializationContext& context, std::vector<Payload> payloads) = 0;

  /// For the SDK: takes the payloads out of a message, null where there are none. Here, so that programs without a
  /// codec do not carry what that takes.
  [[nodiscard]] virtual std::unique_ptr<detail::TakenPayloads> take(std::string_view kind, const std::string& message,
                                                                    bool with_headers) const;
};

}  // namespace temporal::codec
