#include <temporal/common/client_errors.h>
#include <temporal/converter/detail/encoding.h>

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <utility>

// Apart from codec.cc: who sends no messages of protobuf does not link its whole runtime.

namespace temporal::converter::detail {

Payload encode_message(const google::protobuf::Message& message) {
  std::string json;
  if (const auto status = google::protobuf::util::MessageToJsonString(message, &json); !status.ok()) {
    throw EncodeError("cannot encode the message " + message.GetTypeName() + " as JSON: " + status.ToString());
  }
  auto payload = make_payload(proto_json_encoding, std::move(json));
  payload.metadata.emplace(message_type_key, message.GetTypeName());
  return payload;
}

void decode_message(const Payload& payload, google::protobuf::Message& message, const Target& target) {
  const auto encoding = metadata_of(payload, encoding_key);
  const auto sent = metadata_of(payload, message_type_key);
  if (!sent.empty() && sent != message.GetTypeName()) {
    fail(payload, target, "it holds the message " + sent + ", not " + message.GetTypeName());
  }
  if (encoding == proto_json_encoding) {
    const auto status = google::protobuf::util::JsonStringToMessage(payload.data, &message);
    if (!status.ok()) fail(payload, target, std::string_view{status.message().data(), status.message().size()});
  } else if (encoding == proto_encoding) {
    if (!message.ParseFromString(payload.data)) fail(payload, target, "the bytes are no such message");
  } else {
    fail(payload, target, "expected encoding json/protobuf or binary/protobuf");
  }
}

}  // namespace temporal::converter::detail
