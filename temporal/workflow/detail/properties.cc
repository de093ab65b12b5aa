#include <temporal/workflow/detail/properties.h>

#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/converter/search_attributes.h>
#include <temporal/workflow/detail/checks.h>
#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/detail/require_writable.h>
#include <temporal/workflow/properties.h>

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace temporal::workflow {
namespace detail {
namespace {

/// A list of `temporal.api.sdk.v1.WorkflowInteractionDefinition`, sorted by name as it has to be.
nlohmann::json list_of(const std::set<std::string>& names) {
  auto list = nlohmann::json::array();
  for (const auto& name : names) list.push_back({{"name", name}});
  return list;
}

}  // namespace

Properties::Properties(Context& context, const coresdk::workflow_activation::InitializeWorkflow& start)
    : context_(context),
      search_attributes_(converter::to_search_attributes(start.search_attributes())),
      memo_(converter::to_payload_map(start.memo().fields())),
      memo_of_start_(memo_) {
  // What the run before has taken out, where nothing else was left.
  if (start.continued_from_execution_run_id().empty()) return;
  std::erase_if(memo_, [](const auto& field) { return field.second == converter::null_payload(); });
}

std::map<std::string, Payload> Properties::memo_to_continue_with() const {
  if (memo_ == memo_of_start_) return {};
  if (!memo_.empty()) return memo_;
  auto taken_out = memo_of_start_;  // an empty memo would bring that of the start back
  for (auto& [name, value] : taken_out) value = converter::null_payload();
  return taken_out;
}

void Properties::upsert(const std::vector<SearchAttributeUpdate>& updates) {
  context_.commands.require_writable();
  if (updates.empty()) return;
  for (const auto& update : updates) require_text("the name of a search attribute", update.name);
  *context_.commands.add().mutable_upsert_workflow_search_attributes()->mutable_search_attributes() =
      converter::to_proto(updates);
  for (const auto& update : updates) search_attributes_.apply(update);
}

void Properties::upsert(const std::map<std::string, Payload>& memo_values) {
  context_.commands.require_writable();
  if (memo_values.empty()) return;
  for (const auto& [name, value] : memo_values) require_text("a key of the memo", name);
  auto& command = *context_.commands.add().mutable_modify_workflow_properties();
  converter::set_payload_map(*command.mutable_upserted_memo()->mutable_fields(), memo_values);
  for (const auto& [name, value] : memo_values) {
    if (value == converter::null_payload()) {
      memo_.erase(name);
    } else {
      memo_.insert_or_assign(name, value);
    }
  }
}

Payload Properties::metadata() const {
  // A temporal.api.sdk.v1.WorkflowMetadata in JSON, written here because its class is generated without JSON.
  const auto names = context_.handlers.names();
  const nlohmann::json message{
      {"definition",
       {{"type", context_.facts.info.workflow_type},
        {"queryDefinitions", list_of(names.queries)},
        {"signalDefinitions", list_of(names.signals)},
        {"updateDefinitions", list_of(names.updates)}}},
      {"currentDetails", current_details},
  };
  return {.metadata = {{"encoding", "json/protobuf"}, {"messageType", "temporal.api.sdk.v1.WorkflowMetadata"}},
          .data = message.dump()};
}

}  // namespace detail

using detail::Context;

const SearchAttributes& search_attributes() { return Context::current().properties.search_attributes(); }
void upsert_search_attributes(const std::vector<SearchAttributeUpdate>& updates) {
  Context::current().properties.upsert(updates);
}
const std::map<std::string, Payload>& memo() { return Context::current().properties.memo(); }
void upsert_memo(const std::map<std::string, Payload>& values) { Context::current().properties.upsert(values); }
const std::string& current_details() { return Context::current().properties.current_details; }
void set_current_details(std::string details) {
  detail::require_writable();
  detail::require_text("the current details", details);
  Context::current().properties.current_details = std::move(details);
}

}  // namespace temporal::workflow
