#pragma once

#include <string>

/// \file
/// Changing the code of workflows that run. See https://docs.temporal.io/patching. For workflow code alone: each
/// function throws `std::logic_error` outside of a workflow, and in a query handler or a validator.

namespace temporal::workflow {

/// True where the new code has to run: always in a run that comes here for the first time, and on replay when the
/// history says that the new code ran. The answer for one id never changes within a run.
/// ```cpp
/// if (workflow::patched("charge-before-shipping")) {
///   co_await workflow::execute_activity<charge>(options, card);
/// }
/// ```
[[nodiscard]] bool patched(const std::string& id);

/// Says that no run with the old code is left. Put it in the place of `patched` before both can go.
void deprecate_patch(const std::string& id);

}  // namespace temporal::workflow
