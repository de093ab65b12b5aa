#pragma once

#include <string_view>

namespace temporal::detail {

/// Names that belong to Temporal: of workflows, activities, signals, queries, updates and task queues. No user's
/// handler is called by one of them, and none can be registered.
constexpr bool is_reserved_name(std::string_view name) noexcept {
  return name.starts_with("__temporal_") || name == "__stack_trace" || name == "__enhanced_stack_trace";
}

}  // namespace temporal::detail
