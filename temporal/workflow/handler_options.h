#pragma once

namespace temporal::workflow {

/// What happens when a workflow ends while a handler is under way.
/// See https://docs.temporal.io/handling-messages#wait-for-message-handlers.
enum class UnfinishedPolicy {
  warn_and_abandon,  ///< the handler is left where it waits, and a warning with its name is logged
  abandon,           ///< it is left without a word
};

/// What can be chosen for a signal or update handler.
struct HandlerOptions {
  UnfinishedPolicy unfinished_policy = UnfinishedPolicy::warn_and_abandon;
};

}  // namespace temporal::workflow
