#pragma once

#include <temporal/common/search_attributes.h>

#include <temporal/api/common/v1/message.pb.h>

#include <vector>

/// \file
/// Search attributes and their message: JSON values whose metadata names the type, as all of Temporal's SDKs write
/// them. Not public: no header for users includes it.

namespace temporal::converter {

/// @throws EncodeError that names the attribute: a number that is not finite, a text that is not UTF-8.
temporal::api::common::v1::SearchAttributes to_proto(const SearchAttributes& attributes);
/// What `UpsertWorkflowSearchAttributes` wants: an attribute that is unset is null.
temporal::api::common::v1::SearchAttributes to_proto(const std::vector<SearchAttributeUpdate>& updates);

/// A list of one counts as its element where the type is no list. Leaves out what has no type that is known here, and
/// empty lists: the server's way to say that there is no value.
SearchAttributes to_search_attributes(const temporal::api::common::v1::SearchAttributes& message);

}  // namespace temporal::converter
