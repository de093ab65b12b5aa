#pragma once

#include <temporal/common/payload.h>
#include <temporal/common/search_attributes.h>
#include <temporal/converter/payload_converter.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// \file
/// What a workflow shows of itself to the outside, and can change while it runs: search attributes, memo, details. Each
/// function throws `std::logic_error` when it is called outside of a workflow.

namespace temporal::workflow {

/// The attributes as they are now, with what this workflow has changed.
[[nodiscard]] const SearchAttributes& search_attributes();

/// Changes and removes attributes: `upsert_search_attributes({customer_id.set("c-7"), total.unset()})`.
/// An attribute that the namespace does not know fails the workflow task.
void upsert_search_attributes(const std::vector<SearchAttributeUpdate>& updates);

/// The memo as it is now, with what this workflow has changed.
[[nodiscard]] const std::map<std::string, Payload>& memo();

/// One value of the memo; nothing when it is not there.
/// @throws DecodeError when it is of another type.
template <class T>
[[nodiscard]] std::optional<T> memo_value(const std::string& name) {
  const auto found = memo().find(name);
  return found == memo().end() ? std::nullopt : std::optional<T>{converter::from_payload<T>(found->second)};
}

/// Changes values of the memo, made with `converter::to_payload`, and removes those that are
/// `converter::null_payload()`.
void upsert_memo(const std::map<std::string, Payload>& values);

/// Markdown that says where the workflow is, for the web UI, which asks for it with a query. Empty at first.
[[nodiscard]] const std::string& current_details();
void set_current_details(std::string details);

}  // namespace temporal::workflow
