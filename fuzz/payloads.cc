// Payloads and failures as a server sends them, decoded into what user code asks for.
#include <temporal/converter/failure.h>
#include <temporal/converter/optional_json.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shop {
struct Bill {
  std::map<std::string, std::vector<int>> rows = {};
  std::optional<float> rate = {};
  unsigned number = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Bill, rows, rate, number)
}  // namespace shop

namespace {

namespace api = temporal::api;

template <class T>
void decode(const temporal::Payload& payload) {
  try {
    (void)temporal::converter::from_payload<T>(payload);
  } catch (const std::exception&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const google::protobuf::LogSilencer silence;  // it complains of each text that is not UTF-8
  api::common::v1::Payload message;
  if (message.ParseFromArray(data, static_cast<int>(size))) {
    const auto payload = temporal::converter::to_payload(message);
    decode<int>(payload);
    decode<double>(payload);
    decode<std::string>(payload);
    decode<std::vector<std::byte>>(payload);
    decode<std::optional<std::map<std::string, std::vector<int>>>>(payload);
    decode<nlohmann::json>(payload);
    decode<shop::Bill>(payload);
    decode<google::protobuf::Struct>(payload);
  }
  api::failure::v1::Failure failure;
  if (failure.ParseFromArray(data, static_cast<int>(size))) {
    const auto passed_on = temporal::converter::to_failure(temporal::converter::from_failure(failure));
    if (!api::failure::v1::Failure().ParseFromString(passed_on.SerializeAsString())) std::abort();
  }
  return 0;
}
