#pragma once

#include <temporal/common/payload.h>
#include <temporal/common/search_attributes.h>

#include <temporal/sdk/core/workflow_activation/workflow_activation.pb.h>

#include <map>
#include <string>
#include <vector>

namespace temporal::workflow::detail {

class Context;

/// What the run shows of itself, as it is now.
class Properties {
 public:
  Properties(Context& context, const coresdk::workflow_activation::InitializeWorkflow& start);

  void upsert(const std::vector<SearchAttributeUpdate>& updates);
  void upsert(const std::map<std::string, Payload>& memo_values);

  /// The answer to the query for what the workflow is: its handlers and its current details.
  [[nodiscard]] Payload metadata() const;

  [[nodiscard]] const SearchAttributes& search_attributes() const noexcept { return search_attributes_; }
  [[nodiscard]] const std::map<std::string, Payload>& memo() const noexcept { return memo_; }
  /// The memo of the run that this one goes on as. Empty where it is that of the start, which core then takes.
  [[nodiscard]] std::map<std::string, Payload> memo_to_continue_with() const;

  std::string current_details;

 private:
  Context& context_;
  SearchAttributes search_attributes_;
  std::map<std::string, Payload> memo_;
  std::map<std::string, Payload> memo_of_start_;
};

/// The name of that query in all of Temporal's SDKs.
inline constexpr std::string_view metadata_query = "__temporal_workflow_metadata";

}  // namespace temporal::workflow::detail
