#include <temporal/testing/history_json.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/detail/json_depth.h>
#include <temporal/testing/detail/history_descriptors.h>
#include <temporal/testing/detail/payload_json.h>

#include <temporal/api/history/v1/message.pb.h>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

namespace temporal::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using Json = nlohmann::ordered_json;

const std::string history_type = "temporal.api.history.v1.History";
const std::string history_url = "type.googleapis.com/" + history_type;

/// The descriptors of a history, and what protobuf reads and writes JSON with.
struct Schema {
  google::protobuf::DescriptorPool pool;
  std::unique_ptr<google::protobuf::util::TypeResolver> resolver;

  Schema() {
    google::protobuf::FileDescriptorSet files;
    files.ParseFromArray(detail::history_descriptors, static_cast<int>(detail::history_descriptors_size));
    for (const auto& file : files.file()) pool.BuildFile(file);
    resolver.reset(google::protobuf::util::NewTypeResolverForDescriptorPool("type.googleapis.com", &pool));
  }

  [[nodiscard]] const Descriptor& history() const { return *pool.FindMessageTypeByName(history_type); }
};

const Schema& schema() {
  static const auto& schema = *new Schema;  // used by other statics, maybe
  return schema;
}

/// EVENT_TYPE_WORKFLOW_EXECUTION_STARTED for WorkflowExecutionStarted: older servers and tools leave out the prefix.
std::string full_name(const EnumDescriptor& type, const std::string& value) {
  if (type.FindValueByName(value) != nullptr) return value;
  const auto& first = type.value(0)->name();  // …_UNSPECIFIED
  std::string name = first.substr(0, first.rfind('_'));
  for (const char c : value) {
    const bool begins_a_word = c >= 'A' && c <= 'Z';
    if (begins_a_word) name += '_';
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

/// There is a payload that was decoded, for people.
struct Decoded {};

/// @throws Decoded
void complete_enum_names(Json& message, const Descriptor& type);

void complete_enum_names_of_field(Json& value, const FieldDescriptor& field) {
  if (value.is_array()) {
    for (auto& element : value) complete_enum_names_of_field(element, field);
  } else if (field.enum_type() != nullptr && value.is_string()) {
    value = full_name(*field.enum_type(), value.get<std::string>());
  } else if (field.is_map() && value.is_object()) {
    for (auto& element : value) complete_enum_names_of_field(element, *field.message_type()->map_value());
  } else if (field.message_type() != nullptr) {
    complete_enum_names(value, *field.message_type());
  }
}

void complete_enum_names(Json& message, const Descriptor& type) {
  if (type.full_name() == "temporal.api.common.v1.Payload" && !detail::is_payload(message)) throw Decoded{};
  if (type.full_name() == "temporal.api.common.v1.Payloads" && !message.is_object() && !message.is_null()) {
    throw Decoded{};
  }
  if (!message.is_object()) return;
  for (const auto& [name, value] : message.items()) {
    const auto* field = type.FindFieldByCamelcaseName(name);
    if (field == nullptr) field = type.FindFieldByName(name);
    if (field != nullptr) complete_enum_names_of_field(value, *field);
  }
}

/// What protobuf says of JSON that does not fit, without the values that it quotes: they may be secret.
std::string without_values(std::string message) {
  const auto first = message.find('"');
  const auto last = message.rfind('"');
  if (first < last && last != std::string::npos) message.replace(first, last - first + 1, "…");
  return message;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream) throw DecodeError(file.string() + " cannot be read");
  return text;
}

}  // namespace

client::WorkflowHistory history_from_json(std::string_view json, std::string workflow_id) {
  if (temporal::detail::is_too_deep(json)) throw DecodeError("it is no JSON of a history: it is nested too deep");
  auto value = Json::parse(json, nullptr, false);
  if (value.is_array()) value = Json{{"events", std::move(value)}};  // the form of the oldest tools
  if (!value.is_object() || !value.contains("events")) throw DecodeError("it is no JSON of a history");
  int number = 0;
  for (auto& event : value["events"]) {
    ++number;
    try {
      complete_enum_names(event, *schema().pool.FindMessageTypeByName("temporal.api.history.v1.HistoryEvent"));
    } catch (const Decoded&) {
      throw DecodeError("event " + std::to_string(number) +
                        " has payloads that were decoded, for people: a replay needs them as they are. Export it with "
                        "temporal workflow show --workflow-id … --output json, or in the web UI without decoding");
    }
  }

  client::WorkflowHistory history{.workflow_id = std::move(workflow_id)};
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonToBinaryString(schema().resolver.get(), history_url, value.dump(),
                                                                 &history.bytes, options);
  if (!status.ok()) throw DecodeError("it is no JSON of a history: " + without_values(std::string{status.message()}));

  api::history::v1::History message;
  if (!message.ParseFromString(history.bytes) || message.events().empty()) throw DecodeError("the history is empty");
  const auto& started = message.events(0).workflow_execution_started_event_attributes();
  history.run_id = started.original_execution_run_id();
  if (!started.workflow_id().empty()) history.workflow_id = started.workflow_id();
  return history;
}

std::string to_json(const client::WorkflowHistory& history) {
  if (!api::history::v1::History().ParseFromString(history.bytes)) throw DecodeError("the bytes are no history");
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  const auto status =
      google::protobuf::util::BinaryToJsonString(schema().resolver.get(), history_url, history.bytes, &json, options);
  if (!status.ok()) throw DecodeError("the bytes are no history: " + std::string{status.message()});
  return json;
}

client::WorkflowHistory load_history(const std::filesystem::path& file) {
  const auto text = read(file);
  try {
    return history_from_json(text, file.stem().string());
  } catch (const DecodeError& error) {
    throw DecodeError(file.string() + ": " + error.message());
  }
}

std::vector<client::WorkflowHistory> load_histories(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) throw DecodeError(folder.string() + " cannot be read: " + error.message());
  if (files.empty()) throw DecodeError(folder.string() + " holds no .json file");
  std::ranges::sort(files);
  std::vector<client::WorkflowHistory> histories;
  std::ranges::transform(files, std::back_inserter(histories), load_history);
  return histories;
}

}  // namespace temporal::testing
