#pragma once

#include <string_view>

namespace temporal::workflow::detail {

/// Throws `std::logic_error` outside of a workflow, and where its code must change nothing: in a query handler or a
/// validator.
void require_writable();

/// Throws `std::invalid_argument` for a string that is not UTF-8, which protobuf does not carry. `what` names it.
void require_text(std::string_view what, std::string_view value);

}  // namespace temporal::workflow::detail
