#pragma once

namespace temporal::workflow::detail {

/// Throws `std::logic_error` outside of a workflow, and where its code must change nothing: in a query handler or a
/// validator.
void require_writable();

}  // namespace temporal::workflow::detail
