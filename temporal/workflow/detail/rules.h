#pragma once

#include <cstdint>

namespace temporal::workflow::detail {

/// By which rules a workflow task runs where they decide the order of commands. The history says which those were: a
/// task that is replayed keeps to them, a new one takes the latest and writes their number down
/// (docs/adr/0018-rules-in-the-history.md). A number is never used again.
enum class Rules : std::uint32_t {
  original = 0,
  /// - Lookup, validation, acceptance and start of a handler are one step, in the order of the messages.
  /// - A condition holds for the one that goes on; `wait_condition` with a limit throws in a cancelled scope.
  /// - A timer of zero or less has fired when it is started.
  in_order = 1,
};

}  // namespace temporal::workflow::detail
