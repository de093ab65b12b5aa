#include <temporal/common/client_errors.h>
#include <temporal/common/detail/json_depth.h>
#include <temporal/common/utf8.h>
#include <temporal/converter/detail/encoding.h>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <string>
#include <utility>
#include <vector>

// Apart from codec.cc: who sends no messages of protobuf does not link its whole runtime.

namespace temporal::converter::detail {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// protobuf leaves bytes that are not UTF-8 out of its JSON, and only logs it. Its parsers refuse what is nested 100
/// deep; writing recurses without a limit.
void check(const Message& message, int depth = 0) {
  constexpr int deepest = 100;
  if (depth == deepest) throw EncodeError("it is nested more than " + std::to_string(deepest) + " deep");
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  std::string scratch;
  for (const auto* field : fields) {
    const bool repeated = field->is_repeated();
    const int size = repeated ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->type() == FieldDescriptor::TYPE_STRING) {
        const auto& text = repeated ? reflection.GetRepeatedStringReference(message, field, i, &scratch)
                                    : reflection.GetStringReference(message, field, &scratch);
        if (!temporal::detail::is_valid_utf8(text)) throw EncodeError("its field " + field->name() + " is not UTF-8");
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        check(repeated ? reflection.GetRepeatedMessage(message, field, i) : reflection.GetMessage(message, field),
              depth + 1);
      }
    }
  }
}

}  // namespace

Payload encode_message(const google::protobuf::Message& message) {
  const auto failed = "cannot encode the message " + message.GetTypeName() + " as JSON: ";
  try {
    check(message);
  } catch (const EncodeError& error) {
    throw EncodeError(failed + error.message());
  }
  std::string json;
  if (const auto status = google::protobuf::util::MessageToJsonString(message, &json); !status.ok()) {
    throw EncodeError(failed + status.ToString());
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
    if (temporal::detail::is_too_deep(payload.data)) fail(payload, target, too_deep());
    const auto status = google::protobuf::util::JsonStringToMessage(payload.data, &message);
    if (!status.ok()) fail(payload, target, std::string_view{status.message().data(), status.message().size()});
  } else if (encoding == proto_encoding) {
    if (!message.ParseFromString(payload.data)) fail(payload, target, "the bytes are no such message");
  } else {
    fail(payload, target, "expected encoding json/protobuf or binary/protobuf");
  }
}

}  // namespace temporal::converter::detail
