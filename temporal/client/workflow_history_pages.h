#pragma once

#include <temporal/client/workflow_description.h>
#include <temporal/common/future.h>

#include <memory>
#include <optional>
#include <utility>

namespace temporal::client {

namespace detail {
class HistoryReader;
}

/// The events of one run, page by page; made by `WorkflowHandle::history_pages`.
///
/// ```cpp
/// auto pages = handle.history_pages({.wait_new_event = true});
/// while (auto page = pages.next().get()) show(page->bytes);
/// ```
/// Not thread-safe: one call at a time.
class WorkflowHistoryPages {
 public:
  explicit WorkflowHistoryPages(std::shared_ptr<detail::HistoryReader> reader) : reader_(std::move(reader)) {}

  /// The next page, which has at least one event; nothing after the last one.
  /// @throws WorkflowNotFoundError and RpcError.
  [[nodiscard]] Future<std::optional<WorkflowHistory>> next();

 private:
  std::shared_ptr<detail::HistoryReader> reader_;
};

}  // namespace temporal::client
