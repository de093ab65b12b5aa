#pragma once

#include <temporal/sdk/core/workflow_completion/workflow_completion.pb.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace temporal::workflow::detail {

/// The commands of the current activation.
class Commands {
 public:
  /// While it lives, the workflow's code must change nothing: a query or a validator runs, and does not on replay.
  class ReadOnly {
   public:
    explicit ReadOnly(Commands& commands) noexcept : commands_(commands) { commands_.read_only_ = true; }
    ReadOnly(const ReadOnly&) = delete;
    ReadOnly& operator=(const ReadOnly&) = delete;
    ~ReadOnly() { commands_.read_only_ = false; }

   private:
    Commands& commands_;
  };

  /// Throws `std::logic_error` where the workflow's code must change nothing.
  void require_writable() const {
    if (read_only_) throw std::logic_error("a query handler or an update validator must not change the workflow");
  }

  coresdk::workflow_commands::WorkflowCommand& add() { return closed_ ? dropped_ : *success_.add_commands(); }

  /// From here on commands are dropped: destructors run that may ask for some.
  void close() noexcept { closed_ = true; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  void clear() { success_.Clear(); }
  [[nodiscard]] coresdk::workflow_completion::Success take() { return std::exchange(success_, {}); }

 private:
  coresdk::workflow_completion::Success success_;
  coresdk::workflow_commands::WorkflowCommand dropped_;
  bool closed_ = false;
  bool read_only_ = false;
};

/// What the web UI shows beside the command: one line, and more Markdown. Nothing where a text is empty.
void set_metadata(coresdk::workflow_commands::WorkflowCommand& command, const std::string& summary,
                  const std::string& details = {});

}  // namespace temporal::workflow::detail
